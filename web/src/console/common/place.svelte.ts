/** The project of a screen that shows one: that of the scope, or its first where all are chosen. */
import type { Organization, Project, Site } from '$api/types';
import { api } from '$kit/api';
import type { Problem } from '$kit/problem';
import { scope } from '$kit/scope.svelte';
import { untrack } from 'svelte';

class Place {
  get organizations(): Organization[] {
    return scope.organizations;
  }

  /** Those of the organization in view. */
  get projects(): Project[] {
    return scope.projects;
  }

  get ready(): boolean {
    return scope.ready;
  }

  get problem(): Problem | null {
    return scope.problem;
  }

  get project(): Project | null {
    return scope.only ?? scope.projects[0] ?? null;
  }

  get organization(): Organization | null {
    return scope.organization;
  }

  again(): Promise<void> {
    return scope.load();
  }

  choose(id: string): void {
    const found = scope.projects.find((one) => one.id === id);
    if (found) void scope.choose(found.organization, found.id);
  }

  /** Where all projects are chosen, the first is from here on: what is shown is what the side bar says. */
  follow(): void {
    $effect(() => {
      const first = scope.ready && scope.only === null ? scope.projects[0] : undefined;
      if (first) untrack(() => this.choose(first.id));
    });
  }
}

export const place = new Place();

export async function sitesOf(project: string, signal?: AbortSignal): Promise<Site[]> {
  return (await api.get('/projects/{project}/sites', { params: { project }, query: { limit: 500 }, ...(signal ? { signal } : {}) })).items;
}
