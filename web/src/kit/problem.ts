/** A refusal (RFC 9457), or what went wrong on the way. Everything the API client throws is one. */
export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  request_id?: string;
  /** What would help: step-up, right, second-person, passkey, factor. */
  needs?: string;
  action?: string;
  limit?: string;
  approval?: string;
  [more: string]: unknown;
}

export class Problem extends Error {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly body: ProblemBody;
  /** Seconds to wait, where waiting helps. */
  readonly retryAfterS: number | null;

  constructor(status: number, body: ProblemBody, retryAfterS: number | null = null) {
    super(body.detail ?? body.title ?? `status ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.body = body;
    this.retryAfterS = retryAfterS;
  }

  static async of(answer: Response): Promise<Problem> {
    const wait = Number(answer.headers.get('Retry-After'));
    const retry = Number.isFinite(wait) && wait > 0 ? wait : null;
    const json = answer.headers.get('Content-Type')?.includes('json') ?? false;
    const body = json ? ((await answer.json().catch(() => ({}))) as ProblemBody) : {};
    return new Problem(answer.status, { ...body, request_id: body.request_id ?? answer.headers.get('X-Request-Id') ?? undefined }, retry);
  }

  /** Any thrown thing as a Problem. */
  static from(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return new Problem(-1, { title: 'console', detail });
  }

  get offline(): boolean {
    return this.status === 0;
  }

  get reference(): string | null {
    return this.body.request_id ?? null;
  }

  get needs(): string | null {
    return this.body.needs ?? null;
  }
}
