/**
 * Where one is: an organization, and one of its projects or all of them. It stands in the address as `?project=` or
 * `?organization=` where a screen pins it, so that a link shows the same; else this browser remembers it. The event stream
 * follows it.
 */
import { untrack } from 'svelte';
import type { Organization, Project } from '$api/types';
import { api } from './api';
import { t } from './i18n.svelte';
import { live } from './live.svelte';
import { Problem } from './problem';
import { router, type Crumb } from './router.svelte';
import { session } from './session.svelte';
import { keep, kept } from './storage';
import { toasts } from './toast.svelte';

const PAGE = 200;
/** More than these are found by search, not in a list. */
const LISTED_MAX = 2000;

class Scope {
  organizations = $state.raw<Organization[]>([]);
  organization = $state.raw<Organization | null>(null);
  /** Those of the organization. */
  projects = $state.raw<Project[]>([]);
  /** null is all of them. */
  project = $state.raw<Project | null>(null);
  /** Until then nothing is known, and nothing should be asked. */
  ready = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** For whoever waits for `ready`. */
  #loaded!: () => void;
  readonly loaded = new Promise<void>((done) => { this.#loaded = done; });
  #whose: string | null = null;
  /** Whether `projects` are all of the organization: those beside a project that was met come after it. */
  #whole = $state(true);
  #beside: Promise<void> = Promise.resolve();
  /** The address named what is not there. */
  #strayed = false;
  /** Those of the pages that are open, the newest last. */
  #pages = $state.raw<{ project: string }[]>([]);

  constructor() {
    $effect.root(() => {
      $effect(() => {
        const who = session.state === 'in' ? (session.me?.id ?? null) : null;
        if (who !== null && who !== this.#whose) untrack(() => void this.load());
        this.#whose = who;
      });
      $effect(() => {
        const { search } = router;
        if (this.ready) untrack(() => void this.#adopt(search).then(() => this.#say()));
      });
      $effect(() => live.watch(this.ready ? this.followed : null));
    });
  }

  /** The project in view: the chosen one, or the only one that there is. */
  get only(): Project | null {
    return this.project ?? (this.#whole && this.projects.length === 1 ? (this.projects[0] ?? null) : null);
  }

  /** Whose events are listened to: that of the page which shows one project, else the one in view. */
  get followed(): string | null {
    return this.#pages.at(-1)?.project ?? this.only?.id ?? null;
  }

  /** While a page of one project is open, it is live, whichever is chosen. Returns how to stop; call it in an $effect. */
  follow(project: string): () => void {
    const page = { project };
    untrack(() => { this.#pages = [...this.#pages, page]; });
    return () => { this.#pages = this.#pages.filter((one) => one !== page); };
  }

  /** For a list's query. */
  get query(): { project?: string; organization?: string } {
    if (this.project) return { project: this.project.id };
    return this.organization ? { organization: this.organization.id } : {};
  }

  get crumbs(): Crumb[] {
    const { organization, project } = this;
    return [
      ...(organization ? [{ text: organization.name, href: `/projects?organization=${organization.id}` }] : []),
      ...(project ? [{ text: project.name, href: `/projects/${project.id}` }] : []),
    ];
  }

  /** Reads again what there is, and stays where it is if that is still there. */
  async load(): Promise<void> {
    try {
      // The server lists by id: people look for names, and what comes first is where a new browser begins.
      this.organizations = byName(await all((after) => api.get('/organizations', { query: { limit: PAGE, after } })));
      this.problem = null;
      const here = this.organization?.id;
      if (here !== undefined) await this.#again(here);
      if (!(await this.#adopt(router.search)) && this.organization === null) await this.#remembered();
      this.#say();
    } catch (thrown) {
      this.problem = Problem.from(thrown);
    }
    this.ready = true;
    this.#loaded();
  }

  /** What was there may have another name by now, or be gone, and there may be more. */
  async #again(organization: string): Promise<void> {
    this.organization = this.organizations.find((one) => one.id === organization) ?? null;
    if (this.organization === null) this.project = null;
    const projects = this.organization === null ? [] : await projectsOf(organization);
    if (this.organization !== null && this.organization.id !== organization) return;
    this.projects = projects;
    this.#whole = true;
    this.project = this.projects.find((one) => one.id === this.project?.id) ?? null;
  }

  async choose(organization: string, project: string | null): Promise<void> {
    const found = this.organizations.find((one) => one.id === organization) ?? null;
    if (found && (found.id !== this.organization?.id || project !== null || !this.#whole)) await this.#enter(found);
    this.project = this.projects.find((one) => one.id === project) ?? null;
    keep('scope', found ? `${found.id}/${this.project?.id ?? ''}` : null);
    this.#pinAgain();
  }

  /** Where the address names it, it goes on to. */
  #pinAgain(): void {
    const search = untrack(() => router.search);
    if (search.has('project') || search.has('organization')) this.pin();
  }

  /** Puts it into the address. For screens that show a list of it, in an $effect. */
  pin(): void {
    const { project, organization } = this;
    const search = untrack(() => router.search);
    const wanted = { project: project?.id ?? null, organization: project ? null : (organization?.id ?? null) };
    if (search.get('project') !== wanted.project || search.get('organization') !== wanted.organization) router.put(wanted);
  }

  /** A project that a screen came upon, as that of a device: one is there from now on. */
  async meet(project: string): Promise<void> {
    if (this.project?.id === project || !this.ready) return;
    if (this.project === null && this.projects.some((one) => one.id === project)) return;
    await this.#project(project);
  }

  async #adopt(search: URLSearchParams): Promise<boolean> {
    const project = search.get('project');
    const organization = search.get('organization');
    if (project !== null) return this.project?.id === project || this.#project(project);
    if (organization === null) return false;
    if (this.organization?.id === organization && this.project === null) return true;
    if (!this.organizations.some((one) => one.id === organization)) {
      this.#strayed = true;
      return false;
    }
    await this.choose(organization, null);
    return true;
  }

  async #project(id: string): Promise<boolean> {
    try {
      this.#stand(this.projects.find((one) => one.id === id) ?? (await api.get('/projects/{project}', { params: { project: id }, silent: true })));
      return true;
    } catch (thrown) {
      // Not there, or not for this person.
      this.#strayed = [400, 403, 404].includes(Problem.from(thrown).status);
      return false;
    }
  }

  /** In this project from now on. Those beside it come after: what is shown is of this one. */
  #stand(found: Project): void {
    const organization = this.organizations.find((one) => one.id === found.organization) ?? null;
    if (this.organization?.id !== organization?.id || !this.projects.some((one) => one.id === found.id)) {
      this.organization = organization;
      this.projects = [found];
      this.#whole = false;
      this.#beside = organization === null ? Promise.resolve() : this.#listed(organization.id);
    }
    this.project = found;
    keep('scope', organization ? `${organization.id}/${found.id}` : null);
    this.#pinAgain();
  }

  async #listed(organization: string): Promise<void> {
    try {
      const projects = await projectsOf(organization);
      if (this.organization?.id !== organization) return;
      const { project } = this;
      const found = projects.find((one) => one.id === project?.id) ?? project;
      // The same one again is no news to whoever shows it.
      if (JSON.stringify(found) !== JSON.stringify(project)) this.project = found;
      // A list has its end; the project that is there is there.
      this.projects = project !== null && found === project ? byName([...projects, project]) : projects;
      this.#whole = true;
    } catch {
      // What is shown is of the project that is there. Whoever needs the others asks for them again.
    }
  }

  /** All of the organization's projects, for whoever looks for something in each of them. */
  async everyProject(): Promise<Project[]> {
    await this.#beside;
    if (!this.#whole && this.organization) await this.#listed(this.organization.id);
    return this.projects;
  }

  /** Whoever followed a link to elsewhere is told that this is not it. */
  #say(): void {
    if (!this.#strayed) return;
    this.#strayed = false;
    toasts.failed(t('scope-stray', { name: [this.organization?.name, this.project?.name].filter((one) => one !== undefined).join(' · ') }));
  }

  async #remembered(): Promise<void> {
    const [organization, project] = (kept('scope') ?? '').split('/');
    const there = this.organizations.find((one) => one.id === organization);
    // Somebody else was here before, or it is gone: src/early.js need not ask for it at the next visit.
    if (!there) keep('scope', null);
    const found = there ?? this.organizations[0] ?? null;
    if (!found) return;
    await this.#enter(found);
    this.project = this.projects.find((one) => one.id === project) ?? null;
  }

  async #enter(organization: Organization): Promise<void> {
    // Those beside a project that was met may still be coming.
    await this.#beside;
    if (this.organization?.id === organization.id && this.projects.length > 0 && this.#whole) return;
    const projects = await projectsOf(organization.id);
    this.organization = organization;
    this.projects = projects;
    this.#whole = true;
    this.project = null;
  }
}

export const projectsOf = async (organization: string): Promise<Project[]> =>
  byName(await all((after) => api.get('/organizations/{organization}/projects', { params: { organization }, query: { limit: PAGE, after } })));

const byName = <T extends { name: string }>(list: T[]): T[] => list.sort((a, b) => a.name.localeCompare(b.name));

/** Every page of a list, as far as a list goes; with `most`, as far as that. */
export async function all<T>(page: (after: string | null) => Promise<{ items: T[]; next?: string | null }>, most = LISTED_MAX): Promise<T[]> {
  const found: T[] = [];
  for (let after: string | null = null; found.length < most;) {
    const { items, next } = await page(after);
    found.push(...items);
    if (!next) break;
    after = next;
  }
  return found;
}

export const scope = new Scope();
