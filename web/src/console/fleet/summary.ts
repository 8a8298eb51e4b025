/** What /fleet/summary answers. */
export interface Summary {
  total: number;
  by_state: Record<string, number>;
  by_freshness: { online: number; stale: number; offline: number; never: number };
  held: number;
  by_model: { model: string; count: number }[];
}
