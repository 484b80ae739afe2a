import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api } from './api.ts';
import { Viewer } from './viewer.ts';

function SignIn({ onDone }: { onDone: () => void }) {
  const [error, setError] = useState('');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try {
      await api.signIn(String(form.get('email')), String(form.get('password')));
      onDone();
    } catch (problem) {
      setError(problem instanceof ApiError ? problem.message : 'The server cannot be reached.');
    }
  };
  return (
    <form onSubmit={submit}>
      <h1>Sign in</h1>
      <input name="email" type="email" autocomplete="username" required />
      <input name="password" type="password" autocomplete="current-password" required />
      <button type="submit">Sign in</button>
      <p role="alert">{error}</p>
    </form>
  );
}

function Session({ id }: { id: string }) {
  const root = useRef<HTMLDivElement>(null);
  const [state, setState] = useState('connecting');
  useEffect(() => {
    if (!root.current) return;
    const viewer = new Viewer(id, root.current, {
      state: (s) => setState(s.state),
      end: (reason) => setState(`ended: ${reason}`),
      size: () => {},
      connected: () => {},
    });
    return () => viewer.close();
  }, [id]);
  return (
    <main>
      <p id="state">{state}</p>
      <div ref={root} id="mirror" />
    </main>
  );
}

function App() {
  const [known, setKnown] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    api.me().then(
      () => setKnown(true),
      () => setKnown(false),
    );
  }, []);
  if (known === undefined) return null;
  if (!known) return <SignIn onDone={() => setKnown(true)} />;
  const id = /sessions\/([^/]+)/.exec(location.pathname)?.[1];
  return id ? <Session id={id} /> : <p>No session</p>;
}

render(<App />, document.getElementById('app') as HTMLElement);
