/** Sites and groups of the projects in view, by their ids: lists and pages call them by name. */
import { untrack } from 'svelte';
import type { Group, Project, Site } from '$api/types';
import { api } from '$kit/api';
import { connection } from '$kit/connection.svelte';
import { again } from '$kit/load.svelte';
import { all, scope } from '$kit/scope.svelte';

const PAGE = 500;
/** An organization with more is looked at project by project. */
const PROJECTS_MAX = 40;
/** Of a project: more are found one by one. */
const SITES_MAX = 10_000;

class Places {
  sites = $state.raw(new Map<string, Site>());
  groups = $state.raw(new Map<string, Group>());
  /** Whether they were read, for an empty list to be one. */
  ready = $state(false);
  /** Whether there are more than these: whoever lists them says so. */
  cut = $state(false);
  #reading = 0;
  #said = '';

  constructor() {
    $effect.root(() => {
      $effect(() => {
        const wanted = scope.project ? [scope.project] : scope.projects;
        if (scope.ready) untrack(() => void this.read(wanted));
      });
    });
  }

  async read(projects: Project[] = scope.project ? [scope.project] : scope.projects): Promise<void> {
    const mine = ++this.#reading;
    // Names are a comfort: a list without them, or with those of before, is better than none.
    const found = await Promise.all(projects.slice(0, PROJECTS_MAX).map(async ({ id }) => {
      const [sites, groups] = await Promise.all([
        all((after) => api.get('/projects/{project}/sites', { params: { project: id }, query: { limit: PAGE, after } }), SITES_MAX).catch(() => this.sitesOf(id)),
        all((after) => api.get('/projects/{project}/groups', { params: { project: id }, query: { limit: PAGE, after } })).catch(() => this.groupsOf(id)),
      ]);
      return { sites, groups };
    }));
    if (mine !== this.#reading) return;
    const said = JSON.stringify(found);
    if (said !== this.#said) {
      this.sites = new Map(found.flatMap((one) => one.sites).map((site) => [site.id, site]));
      this.groups = new Map(found.flatMap((one) => one.groups).map((group) => [group.id, group]));
    }
    this.#said = said;
    this.cut = projects.length > PROJECTS_MAX || found.some((one) => one.sites.length >= SITES_MAX);
    this.ready = true;
  }

  /** What others add comes by itself, on screens that list it. Call it in an $effect. */
  follow(): () => void {
    return again(() => { if (scope.ready && !connection.lost) void this.read(); }, ['site', 'group']);
  }

  site(id: string | null | undefined): string {
    return (id && this.sites.get(id)?.name) || '';
  }

  group(id: string | null | undefined): string {
    return (id && this.groups.get(id)?.name) || '';
  }

  sitesOf(project: string): Site[] {
    return [...this.sites.values()].filter((one) => one.project === project).sort(byName);
  }

  groupsOf(project: string): Group[] {
    return [...this.groups.values()].filter((one) => one.project === project).sort(byName);
  }
}

export const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

export const places = new Places();
