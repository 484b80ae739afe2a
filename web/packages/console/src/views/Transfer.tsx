import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, api, type Colleague, type Session } from '../api.ts';

/** From so many on it is quicker to type a name than to look for it. */
const MANY = 7;

/** Choose who goes on with the session. Escape and Cancel change nothing. */
export function Transfer({
  session,
  onDone,
  onClose,
}: {
  session: Session;
  onDone: () => void;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [colleagues, setColleagues] = useState<Colleague[]>();
  const [chosen, setChosen] = useState<Colleague>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const failed = (error: unknown): void => {
    setBusy(false);
    setProblem(error instanceof ApiError ? error.message : 'The server cannot be reached. Try again.');
  };
  useEffect(() => {
    dialog.current?.showModal();
    api.colleagues(session.id).then(({ entities }) => setColleagues(entities), failed);
  }, [session.id]);
  const send = (event: Event): void => {
    event.preventDefault();
    if (!chosen) return;
    setBusy(true);
    setProblem('');
    api.transfer(session, chosen.id).then(onDone, failed);
  };
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby="transfer-title" onClose={onClose}>
      <form onSubmit={send}>
        <h2 id="transfer-title">Transfer to a colleague</h2>
        <p class="muted">
          They see {session.customerName ?? 'the customer'}’s page at once, and the customer is told their
          name. Sharing goes on; control is given up.
        </p>
        {problem && (
          <p class="alert alert-bad" role="alert">
            {problem}
          </p>
        )}
        {!colleagues && !problem && <p class="muted">Looking for colleagues…</p>}
        {colleagues?.length === 0 && (
          <p class="muted">
            Nobody else may be an agent yet: it takes the permission <code>cobrowse:agent</code>.
          </p>
        )}
        {colleagues && colleagues.length > 0 && (
          <Choice colleagues={colleagues} chosen={chosen} onChoose={setChosen} />
        )}
        <div class="dialog-end">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="button button-main" disabled={!chosen || busy}>
            {chosen ? `Transfer to ${chosen.name}` : 'Transfer'}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Choice({
  colleagues,
  chosen,
  onChoose,
}: {
  colleagues: Colleague[];
  chosen: Colleague | undefined;
  onChoose: (one: Colleague) => void;
}) {
  const [sought, setSought] = useState('');
  const wanted = sought.trim().toLowerCase();
  const found = colleagues.filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted));
  return (
    <>
      {colleagues.length >= MANY && (
        <label class="field">
          <span>Name or e-mail</span>
          <input type="search" value={sought} onInput={(e) => setSought(e.currentTarget.value)} />
        </label>
      )}
      <fieldset class="choices">
        <legend class="unseen">Colleague</legend>
        {found.map((one) => (
          <label key={one.id} class="choice">
            <input
              type="radio"
              name="colleague"
              checked={chosen?.id === one.id}
              onChange={() => onChoose(one)}
            />
            <span>
              {one.name}
              <small class="muted">{one.email}</small>
            </span>
          </label>
        ))}
        {found.length === 0 && <p class="muted">Nobody of this name.</p>}
      </fieldset>
    </>
  );
}
