import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import './styles/tokens.css';
import './styles/base.css';
import './styles/views.css';
import './styles/session.css';
import './styles/tools.css';
import { ApiError, api, type User } from './api.ts';
import { consentOf, sessionOf, usePath } from './route.ts';
import { List } from './views/List.tsx';
import { Notice } from './views/parts.tsx';
import { SessionView } from './views/Session.tsx';
import { SignIn } from './views/SignIn.tsx';
import { TopBar } from './views/TopBar.tsx';

type Known = User | 'nobody' | 'asking' | 'unreachable';

function App() {
  const [user, setUser] = useState<Known>('asking');
  const path = usePath();
  const ask = useCallback(() => {
    api.me().then(setUser, (error) => {
      setUser(error instanceof ApiError && error.status < 500 ? 'nobody' : 'unreachable');
    });
  }, []);
  useEffect(ask, [ask]);
  useEffect(() => {
    if (user !== 'unreachable') return;
    const timer = setInterval(ask, 3000);
    return () => clearInterval(timer);
  }, [user, ask]);

  const consent = consentOf(path, location.search);
  const known = typeof user === 'object';
  useEffect(() => {
    if (known && consent) location.replace(consent);
  }, [known, consent]);

  if (user === 'asking' || (known && consent)) return <p class="unseen">Loading…</p>;
  if (user === 'unreachable') {
    return (
      <main class="over">
        <Notice icon="offline" tone="bad" title="The server cannot be reached">
          <p aria-live="polite">Trying again every three seconds.</p>
        </Notice>
      </main>
    );
  }
  if (user === 'nobody') return <SignIn onDone={setUser} />;
  const signOut = (): void => {
    api.signOut().then(
      () => setUser('nobody'),
      () => setUser('nobody'),
    );
  };
  const id = sessionOf(path);
  return (
    <div class="app">
      <TopBar user={user} onSignOut={signOut} />
      {id ? (
        <SessionView key={id} id={id} user={user} onSignedOut={() => setUser('nobody')} />
      ) : (
        <List user={user} onSignedOut={() => setUser('nobody')} />
      )}
    </div>
  );
}

render(<App />, document.getElementById('app') as HTMLElement);
