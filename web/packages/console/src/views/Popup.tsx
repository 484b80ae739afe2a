import type { Action } from '@opencobrowse/protocol';
import type { Choice } from '@opencobrowse/replay';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Question, Work } from '../work.ts';

interface PopupProps {
  work: Work;
  question: Question;
  layer: { current: HTMLElement | null };
  scale: number;
}

const ROOM = 8;

/** Beside the element that was clicked: which option, or what to suggest. */
export function Popup(props: PopupProps) {
  const { work, question } = props;
  const popup = useRef<HTMLDivElement>(null);
  const close = (): void => {
    work.setQuestion(undefined);
    props.layer.current?.focus({ preventScroll: true });
  };
  useLayoutEffect(() => {
    placeBeside(props, popup.current);
    const first = popup.current?.querySelector<HTMLElement>(
      '[aria-pressed=true]:enabled, input, button:enabled',
    );
    first?.focus({ preventScroll: true });
  }, [question]);
  useOutside(popup, close);
  const key = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') close();
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') walk(event);
  };
  const act = (action: Action): void => {
    if (question.what === 'suggest') work.suggest(question.facts, action);
    else work.act(action);
    close();
  };
  const title = question.what === 'suggest' ? 'Suggest to the customer' : 'Choose';
  return (
    <div class="popup" role="dialog" aria-label={title} ref={popup} onKeyDown={key}>
      <h2>{title}</h2>
      {question.facts.kind === 'choice' && <Options question={question} onDone={act} />}
      {question.what === 'suggest' && <Suggest question={question} onDone={act} />}
    </div>
  );
}

function Options({ question, onDone }: { question: Question; onDone: (action: Action) => void }) {
  const { node, choices, multiple } = question.facts;
  const [chosen, setChosen] = useState(() => choices.filter((c) => c.chosen).map((c) => c.index));
  const pick = (index: number): void => {
    if (!multiple) {
      onDone({ kind: 'select', node, values: [index] });
      return;
    }
    setChosen(chosen.includes(index) ? chosen.filter((one) => one !== index) : [...chosen, index]);
  };
  return (
    <>
      <div class="options">
        {choices.map((choice) => (
          <button
            key={choice.index}
            type="button"
            class="button button-quiet"
            aria-pressed={multiple ? chosen.includes(choice.index) : choice.chosen}
            disabled={choice.disabled}
            onClick={() => pick(choice.index)}
          >
            {nameOf(choice)}
          </button>
        ))}
      </div>
      {multiple && (
        <button
          type="button"
          class="button button-main"
          onClick={() => onDone({ kind: 'select', node, values: chosen.sort((a, b) => a - b) })}
        >
          Choose these
        </button>
      )}
    </>
  );
}

/** What may not be seen is still one of several. */
function nameOf({ text, index }: Choice): string {
  return text.includes('•••') || text.trim() === '' ? `Option ${index + 1}` : text;
}

function Suggest({ question, onDone }: { question: Question; onDone: (action: Action) => void }) {
  const { node, kind, fixed } = question.facts;
  const [text, setText] = useState('');
  const types = (kind === 'text' || kind === 'lines') && !fixed;
  return (
    <>
      {types && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text !== '') onDone({ kind: 'type', node, text });
          }}
        >
          <label class="field">
            <span>Text for this field</span>
            <input value={text} maxLength={4096} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
          <button type="submit" class="button button-main" disabled={text === ''}>
            Suggest typing this
          </button>
        </form>
      )}
      {kind !== 'choice' && (
        <button type="button" class="button" onClick={() => onDone({ kind: 'click', node })}>
          Suggest a click
        </button>
      )}
    </>
  );
}

/** Below the element, or above it where there is no room; always within the window. */
function placeBeside({ question: { box }, layer, scale }: PopupProps, popup: HTMLElement | null): void {
  const around = layer.current?.getBoundingClientRect();
  if (!popup || !around) return;
  const { offsetWidth: width, offsetHeight: height } = popup;
  const left = Math.max(ROOM, Math.min(around.x + box.x * scale, innerWidth - width - ROOM));
  const below = around.y + (box.y + box.height) * scale + ROOM;
  const above = around.y + box.y * scale - height - ROOM;
  const top = below + height <= innerHeight - ROOM ? below : Math.max(ROOM, above);
  popup.style.left = `${left}px`;
  popup.style.top = `${Math.min(top, Math.max(ROOM, innerHeight - height - ROOM))}px`;
}

function useOutside(popup: { current: HTMLElement | null }, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (!popup.current?.contains(event.target as Node)) latest.current();
    };
    addEventListener('pointerdown', outside, true);
    return () => removeEventListener('pointerdown', outside, true);
  }, [popup]);
}

function walk(event: KeyboardEvent): void {
  const buttons = [
    ...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('button:enabled, input'),
  ];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  event.preventDefault();
  buttons[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
}
