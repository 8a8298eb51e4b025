/** Whether something may be done with a device: asked before what would only be refused. */
import { rights } from '$kit/rights.svelte';

/**
 * By its project first: that answer serves all of its devices. A role may be given for a group of them alone, and the device
 * whose page it is is asked about anyway.
 */
export async function mayThere(action: string, { id, project }: { id: string; project?: string | null | undefined }): Promise<boolean> {
  const all = project && !rights.asked({ device: id }) ? await rights.there(action, { project }) : false;
  return all || rights.there(action, { device: id });
}
