/** The cost of networks meets their accuracy, which other runs know. */
import type { ReportData } from './data.js';

type Point = NonNullable<ReportData['cost']>['points'][number];

/** Networks are known again by their size and cost, and by name where several are alike; this run's is the shipped one. */
export function withAccuracy(points: readonly Point[], own: ReportData, others: readonly ReportData[]): Point[] {
  const isAlike = ({ model }: ReportData, point: Point): boolean => model.parameters === point.parameters && Math.abs(model.multiplyAddsPerSecond - point.multiplyAddsPerSecond) < 1;
  return points.map((point) => {
    const alike = [own, ...others].filter((run) => isAlike(run, point));
    const run = alike.find(({ model }) => model.name === point.name) ?? alike[0];
    return { ...point, ...(run && { accuracy: run.figures.accuracy }), shipped: run === own };
  });
}
