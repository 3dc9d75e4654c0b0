/** How stations are, told in the values of their leases: where there is no bus, with the delay of a renewal and a look. */
import type { Told } from '../stations/station.js';
import type { Stations } from '../stations/stations.js';

/** The value for the lease of a station of this node. */
export function ownGlance(stations: Pick<Stations, 'get'>, id: string): string {
  const station = stations.get(id);
  return station?.isOurs === true ? JSON.stringify(station.told) : '';
}

/** @param values of the leases of stations, by id */
export function heardGlances(stations: Pick<Stations, 'list'>, values: ReadonlyMap<string, string>): void {
  for (const station of stations.list()) {
    const value = values.get(station.config.id) ?? '';
    station.tell(value === '' ? undefined : JSON.parse(value) as Told);
  }
}
