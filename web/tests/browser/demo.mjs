// Where the demo's devices are: a server that other tests have used has more organizations than that.
import { asOperator } from './help.mjs';

/** An installed device of the demo that speaks each second: it has `organization` and `project`. */
export async function demo() {
  const { items } = await asOperator('GET', '/devices?state=installed&limit=500');
  return items.find((one) => one.serial === 'DX-000001');
}

/** Chooses the project that has installed devices, as the side bar would; whatever is chosen afterwards stays. */
export async function inDemo(page) {
  const device = await demo();
  if (device) await page.addInitScript((place) => { if (localStorage.getItem('fieldkeep-scope') === null) localStorage.setItem('fieldkeep-scope', place); }, `${device.organization}/${device.project}`);
}
