import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, type User } from '../api.ts';
import { useTitle } from '../hooks.ts';
import { Mark } from '../icons.tsx';
import { sessionOf } from '../route.ts';
import { span } from '../words.ts';
import { ThemeToggle } from './TopBar.tsx';

/** The address stays what it was: after signing in, the wanted session opens. */
export function SignIn({ onDone }: { onDone: (user: User) => void }) {
  useTitle('Sign in · opencobrowse');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useState(0);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
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
    <div class="gate">
      <div class="gate-corner">
        <ThemeToggle />
      </div>
      <main class="gate-card">
        <div class="gate-head">
          <Mark />
          <div>
            <h1>Sign in</h1>
            <p class="muted">
              {sessionOf(location.pathname) ? 'Then your session opens.' : 'to the agent console'}
            </p>
          </div>
        </div>
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
      </main>
    </div>
  );
}
