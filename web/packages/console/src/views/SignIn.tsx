import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, type User } from '../api.ts';
import { useTitle } from '../hooks.ts';
import { Mark } from '../icons.tsx';
import { consentOf, sessionOf } from '../route.ts';
import { type Problem, problemIn, type SignInWays, singleSignOnAddress, withoutProblem } from '../signin.ts';
import { span } from '../words.ts';
import { ThemeToggle } from './TopBar.tsx';

/** The address stays what it was: after signing in, the wanted session opens. */
export function SignIn({ onDone }: { onDone: (user: User) => void }) {
  useTitle('Sign in · opencobrowse');
  const [problem] = useState(() => problemIn(location.search));
  const [ways, setWays] = useState<SignInWays>();
  useEffect(() => {
    const search = withoutProblem(location.search);
    if (problem) history.replaceState(null, '', `${location.pathname}${search}${location.hash}`);
    // A server that does not say takes a password.
    api.signInWays().then(setWays, () => setWays({ password: true }));
  }, [problem]);
  return (
    <div class="gate">
      <div class="gate-corner">
        <ThemeToggle />
      </div>
      <main class="gate-card">
        <div class="gate-head">
          <Mark />
          <div>
            <h1>Sign in</h1>
            <p class="muted">{forWhat(location.pathname)}</p>
          </div>
        </div>
        <WhatWentWrong problem={problem} />
        {ways?.singleSignOn && <Elsewhere {...ways.singleSignOn} main={!ways.password} />}
        {ways?.singleSignOn && ways.password && <p class="gate-or">or</p>}
        {ways?.password && <Password onDone={onDone} />}
      </main>
    </div>
  );
}

function WhatWentWrong({ problem }: { problem: Problem | undefined }) {
  return (
    <div role="alert" class="gate-alert gate-problem">
      {problem && (
        <p class="alert alert-bad">
          {problem.text} {problem.reference && <small>Reference: {problem.reference}</small>}
        </p>
      )}
    </div>
  );
}

function Elsewhere({ name, url, main }: { name: string; url: string; main: boolean }) {
  const button = useRef<HTMLAnchorElement>(null);
  useEffect(() => button.current?.focus(), []);
  const here = `${location.pathname}${withoutProblem(location.search)}`;
  return (
    <a
      ref={button}
      href={singleSignOnAddress(url, here)}
      class={`button button-wide ${main ? 'button-main' : ''}`}
    >
      Sign in with {name}
    </a>
  );
}

function Password({ onDone }: { onDone: (user: User) => void }) {
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) first.current?.focus();
  }, []);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError('');
    try {
      onDone(await api.signIn(String(form.get('email')), String(form.get('password'))));
    } catch (problem) {
      setBusy(false);
      const known = problem instanceof ApiError;
      if (known && problem.status === 429) setWait(problem.retryAfter || 60);
      else
        setError(
          known ? problem.message : 'The server cannot be reached. Check your connection and try again.',
        );
    }
  };

  return (
    <form onSubmit={submit} aria-busy={busy}>
      <label class="field">
        <span>E-mail</span>
        <input ref={first} name="email" type="email" autocomplete="username" required />
      </label>
      <label class="field">
        <span>Password</span>
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <div role="alert" class="gate-alert">
        {wait > 0 ? (
          <p class="alert alert-warn">
            Too many failed attempts. You can try again in <strong>{span(wait)}</strong>.
          </p>
        ) : (
          error && <p class="alert alert-bad">{error}</p>
        )}
      </div>
      <button type="submit" class="button button-main button-wide" disabled={busy || wait > 0}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}

function forWhat(path: string): string {
  if (consentOf(path, '')) return 'Then you are asked about the program that sent you.';
  return sessionOf(path) ? 'Then your session opens.' : 'to the agent console';
}
