/** Adds the accuracy of training runs to the measured cost of networks. */
import type { ReportData } from './data.js';

type Point = NonNullable<ReportData['cost']>['points'][number];

/**
 * Matches networks by parameters and cost, then by name if several match.
 * @param own run to mark as shipped; by default the points' own `shipped` is used
 */
export function withAccuracy(points: readonly Point[], runs: readonly ReportData[], own?: ReportData): Point[] {
  const isAlike = ({ model }: ReportData, point: Point): boolean => model.parameters === point.parameters && Math.abs(model.multiplyAddsPerSecond - point.multiplyAddsPerSecond) < 1;
  return points.map((point) => {
    const alike = runs.filter((run) => isAlike(run, point));
    const run = alike.find(({ model }) => model.name === point.name) ?? alike[0];
    return { ...point, ...(run && { accuracy: run.figures.accuracy }), shipped: own === undefined ? point.shipped : run === own };
  });
}
