/** A clock that moves when the test says so: time-outs without waiting. */
import { VirtualTimeScheduler } from 'rxjs';

export class ManualClock extends VirtualTimeScheduler {
  /** Lets time pass; what comes due on the way runs, in order. */
  advance(ms: number): void {
    const untilMs = this.frame + ms;
    this.maxFrames = untilMs;
    this.flush();
    this.frame = untilMs;
  }
}
