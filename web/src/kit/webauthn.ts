/** Passkeys: the server's JSON options to the browser, and its answer back as JSON. By hand where the browser cannot. */
type Json = Record<string, unknown>;

export function toBuffer(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0)).buffer;
}

export function fromBuffer(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Whether passkeys can work here at all: they need a secure context. */
export const passkeysWork = (): boolean => isSecureContext && 'PublicKeyCredential' in window;

/** The person closed the browser's dialog, or let it wait for too long. */
export const isCancelled = (thrown: unknown): boolean =>
  thrown instanceof DOMException && (thrown.name === 'NotAllowedError' || thrown.name === 'AbortError');

/** Makes a passkey. `options` is what the API's `…/begin` answered. */
export async function create(options: unknown): Promise<Json> {
  const json = inner(options);
  const publicKey = 'parseCreationOptionsFromJSON' in PublicKeyCredential
    ? PublicKeyCredential.parseCreationOptionsFromJSON(json as unknown as PublicKeyCredentialCreationOptionsJSON)
    : creation(json);
  return answered(await navigator.credentials.create({ publicKey }));
}

/** Asks for a passkey. */
export async function get(options: unknown, signal?: AbortSignal): Promise<Json> {
  const json = inner(options);
  const publicKey = 'parseRequestOptionsFromJSON' in PublicKeyCredential
    ? PublicKeyCredential.parseRequestOptionsFromJSON(json as unknown as PublicKeyCredentialRequestOptionsJSON)
    : requested(json);
  return answered(await navigator.credentials.get({ publicKey, ...(signal ? { signal } : {}) }));
}

/** Libraries differ in whether they wrap the options in `publicKey`. */
function inner(options: unknown): Json {
  const json = options as { publicKey?: Json } & Json;
  return json.publicKey ?? json;
}

function creation(json: Json): PublicKeyCredentialCreationOptions {
  const user = json.user as Json;
  return {
    ...json,
    challenge: toBuffer(json.challenge as string),
    user: { ...user, id: toBuffer(user.id as string) },
    excludeCredentials: descriptors(json.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
}

function requested(json: Json): PublicKeyCredentialRequestOptions {
  return {
    ...json,
    challenge: toBuffer(json.challenge as string),
    allowCredentials: descriptors(json.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
}

const descriptors = (list: unknown) => ((list ?? []) as Json[]).map((one) => ({ ...one, id: toBuffer(one.id as string) }));

function answered(credential: Credential | null): Json {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('no passkey', 'NotAllowedError');
  if (typeof credential.toJSON === 'function') return credential.toJSON() as unknown as Json;
  const response = credential.response as unknown as Record<string, ArrayBuffer | null | undefined>;
  const members = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const found = members.flatMap((name) => (response[name] ? [[name, fromBuffer(response[name])]] : []));
  return {
    id: credential.id,
    rawId: fromBuffer(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(found) as Json,
  };
}
