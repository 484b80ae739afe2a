import { useState } from 'preact/hooks';
import { addressOf } from '../control/translate.ts';
import { Icon } from '../icons.tsx';
import type { Work } from '../work.ts';
import type { Picture } from './Live.tsx';

/** Back, forward, reload, and the address as a field: while the agent controls, where the site allows it. */
export function Navigation({ work, picture }: { work: Work; picture: Picture }) {
  const page = picture.state?.page;
  const [typed, setTyped] = useState<string>();
  const go = (event: Event): void => {
    event.preventDefault();
    const url = addressOf(typed ?? '', page?.url);
    if (url) work.act({ kind: 'navigate', url });
    setTyped(undefined);
    (document.activeElement as HTMLElement | null)?.blur();
  };
  return (
    <form class="address address-open" onSubmit={go}>
      <button type="button" aria-label="Back" title="Back" onClick={() => work.act({ kind: 'back' })}>
        <Icon name="back" />
      </button>
      <button
        type="button"
        aria-label="Forward"
        title="Forward"
        onClick={() => work.act({ kind: 'forward' })}
      >
        <Icon name="forward" />
      </button>
      <button type="button" aria-label="Reload" title="Reload" onClick={() => work.act({ kind: 'reload' })}>
        <Icon name="reload" />
      </button>
      <input
        class="mono"
        aria-label="The customer’s address. Enter goes there"
        value={typed ?? page?.url ?? ''}
        maxLength={2048}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => setTyped(undefined)}
      />
    </form>
  );
}
