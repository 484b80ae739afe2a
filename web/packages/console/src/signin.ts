/** The ways to sign in, and why the last one led back here. */

/** `GET /api/v2/opencobrowse/signin`. */
export interface SignInWays {
  password: boolean;
  singleSignOn?: { name: string; url: string };
}

export interface Problem {
  text: string;
  /** Finds it in the server's log. */
  reference: string;
}

const PROBLEMS: Record<string, string> = {
  'sso.answer.invalid': 'The sign-in service’s answer does not hold. Try again.',
  'sso.attempt.invalid': 'This sign-in took too long, was finished already, or began in another browser.',
  'sso.email.unverified': 'Your e-mail address is not confirmed at the sign-in service. Confirm it there.',
  'sso.provider.unavailable': 'The sign-in service does not answer. Try again in a minute.',
  'sso.refused': 'The sign-in service did not sign you in. Try again, and agree there.',
  'sso.user.inactive': 'Your account is switched off. Ask your administrator.',
  'sso.user.other':
    'Your e-mail address belongs to another account of the sign-in service. Ask your administrator.',
  'sso.user.unknown': 'You are no user here yet. Ask your administrator to add your e-mail address.',
  'too.many.requests': 'Too many people are signing in from here. Try again in a minute.',
};

const CODE = 'sign_in_problem';
const REFERENCE = 'sign_in_reference';

/** Anybody can write an address: of it only our own sentences are shown, and a reference that is one. */
export function problemIn(search: string): Problem | undefined {
  const query = new URLSearchParams(search);
  const code = query.get(CODE);
  if (code === null) return;
  const reference = query.get(REFERENCE) ?? '';
  return {
    text: Object.hasOwn(PROBLEMS, code) ? String(PROBLEMS[code]) : 'Signing in did not work. Try again.',
    reference: /^[0-9a-f-]{36}$/.test(reference) ? reference : '',
  };
}

/** The query of an address without what it says of a problem. */
export function withoutProblem(search: string): string {
  const kept = search
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair && ![CODE, REFERENCE].includes(pair.split('=')[0] as string));
  return kept.length ? `?${kept.join('&')}` : '';
}

/** Where the button leads: to the identity provider, and back to the page of `path`. */
export function singleSignOnAddress(url: string, path: string): string {
  return `${url}?next=${encodeURIComponent(path)}`;
}
