// Where the demo's devices are: a server that other tests have used has more organizations than that.

/** Chooses the project that has installed devices, as the side bar would. */
export async function inDemo(page) {
  await page.evaluate(async () => {
    const [device] = (await (await fetch('/api/v1/devices?state=installed&limit=500')).json()).items.filter((one) => one.model === 'DX-1');
    if (device) localStorage.setItem('fieldkeep-scope', `${device.organization}/${device.project}`);
  });
}
