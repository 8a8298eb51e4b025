/** The newest values of the devices that a dashboard shows: read once, then kept by events. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import type { NamedReading, Tile } from '$api/types';
import { api } from '$kit/api';
import { live } from '$kit/live.svelte';

const EVERY_MS = 30_000;

class Feed {
  #values = new SvelteMap<string, NamedReading>();
  /** Of which nothing may be read. */
  #refused = new SvelteSet<string>();

  of(device: string, metric: string): NamedReading | undefined {
    return this.#values.get(`${device} ${metric}`);
  }

  refused(device: string): boolean {
    return this.#refused.has(device);
  }

  async read(devices: string[]): Promise<void> {
    await Promise.all(devices.map(async (device) => {
      try {
        this.#take(device, (await api.get('/devices/{device}/latest', { params: { device }, silent: true })).readings);
        this.#refused.delete(device);
      } catch {
        this.#refused.add(device);
      }
    }));
  }

  /** Follows the devices of these tiles. Call it in an $effect; returns how to stop. */
  follow(tiles: Tile[]): () => void {
    const devices = [...new Set(tiles.flatMap((tile) => (tile.kind === 'value' || tile.kind === 'table' ? (tile.series ?? []).map((one) => one.device) : [])))];
    void this.read(devices);
    const mine = new Set(devices);
    const stop = live.on('reading', (event) => {
      const device = String(event.device);
      if (mine.has(device) && Array.isArray(event.latest)) this.#take(device, event.latest as NamedReading[]);
    });
    const behind = live.on('behind', () => void this.read(devices));
    // Where no events come, and for whatever one of them missed.
    const timer = setInterval(() => { if (!document.hidden) void this.read(devices); }, EVERY_MS);
    return () => {
      stop();
      behind();
      clearInterval(timer);
    };
  }

  #take(device: string, readings: NamedReading[]): void {
    for (const one of readings) {
      const key = `${device} ${one.metric}`;
      const there = this.#values.get(key);
      if (!there || there.time <= one.time) this.#values.set(key, one);
    }
  }
}

export const feed = new Feed();
