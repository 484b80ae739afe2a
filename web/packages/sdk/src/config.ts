/** How a page introduces itself: attributes of the script element, or `OpenCobrowse.init({…})`. */
export interface Config {
  /** The web deployment's id. */
  deployment: string;
  /** How the customer's own system knows the customer. */
  externalId?: string;
  /** A JWT `{sub: externalId, exp}` signed with the deployment's secret. */
  externalToken?: string;
  /** Where the server is; by default where the script came from. */
  origin?: string;
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
