/** Virtual clock that the test advances: time-outs without waiting. */
import { VirtualTimeScheduler } from 'rxjs';

export class ManualClock extends VirtualTimeScheduler {
  /** Advances the time and runs the timers that come due, in order. */
  advance(ms: number): void {
    const untilMs = this.frame + ms;
    this.maxFrames = untilMs;
    this.flush();
    this.frame = untilMs;
  }
}
