/** How a page introduces itself: attributes of the script element, or `OpenCobrowse.init({…})`. */
export interface Config {
  /** The web deployment's id. */
  deployment: string;
  /** How the customer's own system knows the customer. */
  externalId?: string;
  /** A JWT `{sub: externalId, exp}` signed with the deployment's secret; or what gets a fresh one, for pages
   * that stay open for longer than a token is good. */
  externalToken?: string | (() => string | Promise<string>);
  /** Where the server is; by default where the script came from. */
  origin?: string;
}

export interface OpenCobrowse {
  /** Join a session by the code that the agent reads out; without one, ask the customer for it. */
  join(code?: string): void;
  /** End the session that this page shares, as the customer's own Stop does. */
  stop(): void;
}

export function fromScript(script: HTMLScriptElement): Config | undefined {
  const { deployment, externalId, externalToken } = script.dataset;
  if (!deployment) return undefined;
  return {
    deployment,
    origin: new URL(script.src).origin,
    ...(externalId && { externalId }),
    ...(externalToken && { externalToken }),
  };
}
