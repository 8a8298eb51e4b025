/**
 * Where somebody works: the organizations and projects that they may see, and the project that screens show. It stands in the
 * address as `project`; what was chosen last comes back where an address names none.
 */
import type { Organization, Project, Site } from '$api/types';
import { api } from '$kit/api';
import { live } from '$kit/live.svelte';
import { Problem } from '$kit/problem';
import { router } from '$kit/router.svelte';
import { keep, kept } from '$kit/storage';

/** A list longer than this is no list to choose from. */
const ORGANIZATIONS_MAX = 200;
const AT_ONCE = 8;

class Place {
  organizations = $state.raw<Organization[]>([]);
  projects = $state.raw<Project[]>([]);
  ready = $state(false);
  problem = $state.raw<Problem | null>(null);
  #kept = $state(kept('project'));
  #loading: Promise<void> | null = null;

  /** The project that is shown; null where there is none to see. */
  get project(): Project | null {
    const wished = router.search.get('project') ?? this.#kept;
    return this.projects.find((one) => one.id === wished) ?? this.projects[0] ?? null;
  }

  get organization(): Organization | null {
    return this.organizations.find((one) => one.id === this.project?.organization) ?? this.organizations[0] ?? null;
  }

  /** Loads once; `again` loads anew, after something was made. */
  load(): Promise<void> {
    this.#loading ??= this.again();
    return this.#loading;
  }

  async again(): Promise<void> {
    try {
      const organizations = (await api.get('/organizations', { query: { limit: ORGANIZATIONS_MAX } })).items;
      const projects: Project[] = [];
      for (let start = 0; start < organizations.length; start += AT_ONCE) {
        const pages = await Promise.all(organizations.slice(start, start + AT_ONCE).map((one) => api
          .get('/organizations/{organization}/projects', { params: { organization: one.id }, query: { limit: 500 } })));
        projects.push(...pages.flatMap((page) => page.items));
      }
      this.organizations = organizations;
      this.projects = projects;
      this.problem = null;
    } catch (thrown) {
      this.problem = Problem.from(thrown);
      this.#loading = null;
    }
    this.ready = true;
  }

  choose(project: string): void {
    this.#kept = project;
    keep('project', project);
    if (router.search.get('project') !== project) router.put({ project });
  }

  /** Follows the events of what is shown. Call it while a component initialises. */
  follow(): void {
    $effect(() => {
      void this.load();
    });
    $effect(() => live.watch(this.project?.id ?? null));
  }
}

export const place = new Place();

export async function sitesOf(project: string, signal?: AbortSignal): Promise<Site[]> {
  return (await api.get('/projects/{project}/sites', { params: { project }, query: { limit: 500 }, ...(signal ? { signal } : {}) })).items;
}
