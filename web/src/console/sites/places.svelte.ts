/** Sites and groups of the projects in view, by their ids: lists and pages call them by name. */
import { untrack } from 'svelte';
import type { Group, Project, Site } from '$api/types';
import { api } from '$kit/api';
import { all, scope } from '$kit/scope.svelte';

const PAGE = 500;
/** An organization with more is looked at project by project. */
const PROJECTS_MAX = 40;

class Places {
  sites = $state.raw(new Map<string, Site>());
  groups = $state.raw(new Map<string, Group>());
  /** Whether they were read, for an empty list to be one. */
  ready = $state(false);
  #reading = 0;

  constructor() {
    $effect.root(() => {
      $effect(() => {
        const { ready, project, projects } = scope;
        if (ready) untrack(() => void this.read(project ? [project] : projects));
      });
    });
  }

  async read(projects: Project[] = scope.project ? [scope.project] : scope.projects): Promise<void> {
    const mine = ++this.#reading;
    const found = await Promise.all(projects.slice(0, PROJECTS_MAX).map(async ({ id }) => ({
      sites: await quietly(all((after) => api.get('/projects/{project}/sites', { params: { project: id }, query: { limit: PAGE, after } }))),
      groups: await quietly(all((after) => api.get('/projects/{project}/groups', { params: { project: id }, query: { limit: PAGE, after } }))),
    })));
    if (mine !== this.#reading) return;
    this.sites = new Map(found.flatMap((one) => one.sites).map((site) => [site.id, site]));
    this.groups = new Map(found.flatMap((one) => one.groups).map((group) => [group.id, group]));
    this.ready = true;
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

/** Names are a comfort: a list without them is better than none. */
const quietly = <T>(asked: Promise<T[]>): Promise<T[]> => asked.catch(() => []);

export const byName = (a: { name: string }, b: { name: string }): number => a.name.localeCompare(b.name);

export const places = new Places();
