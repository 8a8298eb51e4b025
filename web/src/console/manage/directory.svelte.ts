/**
 * Names for ids: organizations, projects, groups, people, programs, roles. Loaded once when something first shows one, kept
 * for the visit, and loaded anew after `forget`. What may not be read stays empty, and its ids are shown as they are.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Device, Group, Key, Organization, Person, Project, RoleDetail, ServiceAccount } from '$api/types';
import { api } from '$kit/api';
import { rights } from '$kit/rights.svelte';

const PAGE = 500;
/** What a list of choices can show; above it, search is another screen's work. */
const ITEMS_MAX = 5000;

interface Page<T> {
  items: T[];
  next?: string | null;
}

/** All pages of a list. */
export async function everything<T>(load: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let after: string | null = null;
  do {
    const page: Page<T> = await load(after);
    found.push(...page.items);
    after = page.next ?? null;
  } while (after !== null && found.length < ITEMS_MAX);
  return found;
}

const limit = PAGE;
const silent = true;

class Directory {
  #lists = new SvelteMap<string, unknown[]>();
  #asked = new Map<string, Promise<unknown[]>>();

  /** The same lists, to be waited for. */
  load = {
    organizations: () => this.#load('organizations', () => everything<Organization>((after) => api.get('/organizations', { query: { limit, after }, silent }))),
    projects: (organization: string) => this.#load(`projects ${organization}`, () => everything<Project>((after) =>
      api.get('/organizations/{organization}/projects', { params: { organization }, query: { limit, after }, silent }))),
    groups: (project: string) => this.#load(`groups ${project}`, () => everything<Group>((after) =>
      api.get('/projects/{project}/groups', { params: { project }, query: { limit, after }, silent }))),
    devices: (project: string) => this.#load(`devices ${project}`, async () =>
      (await api.get('/devices', { query: { project, limit }, silent })).items as Device[]),
    people: () => this.#load('people', async () => ((await rights.anywhere('person.read'))
      ? everything<Person>((after) => api.get('/people', { query: { limit, after }, silent })) : [])),
    keys: () => this.#load('keys', async () => ((await rights.anywhere('key.read'))
      ? everything<Key>((after) => api.get('/keys', { query: { limit, after }, silent })) : [])),
    accounts: () => this.#load('accounts', async () => ((await rights.anywhere('key.read'))
      ? everything<ServiceAccount>((after) => api.get('/service-accounts', { query: { limit, after }, silent })) : [])),
    roles: (organization: string) => this.#load(`roles ${organization}`, async () => ((await rights.there('policy.read', { organization }))
      ? (await api.get('/organizations/{organization}/roles', { params: { organization }, silent })).items as RoleDetail[] : [])),
  };

  organizations = () => this.#list('organizations', this.load.organizations);
  projects = (organization: string) => this.#list(`projects ${organization}`, () => this.load.projects(organization));
  groups = (project: string) => this.#list(`groups ${project}`, () => this.load.groups(project));
  devices = (project: string) => this.#list(`devices ${project}`, () => this.load.devices(project));
  people = () => this.#list('people', this.load.people);
  keys = () => this.#list('keys', this.load.keys);
  accounts = () => this.#list('accounts', this.load.accounts);
  /** Standard roles are the same everywhere; without an organization, those of the first that is seen. */
  roles(organization?: string | null): RoleDetail[] | undefined {
    const from = organization ?? this.organizations()?.[0]?.id;
    return from === undefined ? undefined : this.#list(`roles ${from}`, () => this.load.roles(from));
  }

  /** After a change: lists whose name begins so are loaded anew, and show what they had until then. */
  forget(start: string): void {
    for (const key of this.#asked.keys()) if (key.startsWith(start)) this.#asked.delete(key);
  }

  #list<T>(key: string, load: () => Promise<T[]>): T[] | undefined {
    const there = this.#lists.get(key) as T[] | undefined;
    void load();
    return there;
  }

  #load<T>(key: string, load: () => Promise<T[]>): Promise<T[]> {
    const asked = this.#asked.get(key);
    if (asked) return asked as Promise<T[]>;
    const answer = load().catch((): T[] => {
      this.#asked.delete(key);
      return [];
    });
    this.#asked.set(key, answer);
    void answer.then((items) => this.#lists.set(key, items));
    return answer;
  }
}

export const directory = new Directory();
