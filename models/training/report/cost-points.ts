/** The cost of networks meets their accuracy, which other runs know. */
import type { ReportData } from './data.js';

type Point = NonNullable<ReportData['cost']>['points'][number];

/**
 * Networks are known again by their size and cost, and by name where several are alike.
 * @param own run whose network is the one that the points are about; the shipped one unless given
 */
export function withAccuracy(points: readonly Point[], runs: readonly ReportData[], own?: ReportData): Point[] {
  const isAlike = ({ model }: ReportData, point: Point): boolean => model.parameters === point.parameters && Math.abs(model.multiplyAddsPerSecond - point.multiplyAddsPerSecond) < 1;
  return points.map((point) => {
    const alike = runs.filter((run) => isAlike(run, point));
    const run = alike.find(({ model }) => model.name === point.name) ?? alike[0];
    return { ...point, ...(run && { accuracy: run.figures.accuracy }), shipped: own === undefined ? point.shipped : run === own };
  });
}
