/** Answers that the contract does not name yet, as they will be. Each goes from here once docs/openapi.json has it. */
export interface Setup {
  people: number;
  organizations: number;
  projects: number;
  devices: number;
  readings: boolean;
  mail: boolean;
  certificate: 'built-in' | 'own';
  console: 'loopback' | 'tls';
  agent: { server: string; command: string };
  /** Whether this server runs simulated devices. */
  simulated: boolean;
}
