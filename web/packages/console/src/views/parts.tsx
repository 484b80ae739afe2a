/** Small parts that several views share. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon, type IconName } from '../icons.tsx';
import type { Tone } from '../words.ts';

export function Chip({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`chip chip-${tone}`}>
      <span class="dot" aria-hidden="true" />
      {children}
    </span>
  );
}

/** Copies `text`; says so for two seconds, to eyes and to screen readers. */
export function Copy({ text, label, quiet = false }: { text: string; label: string; quiet?: boolean }) {
  const [done, setDone] = useState<'no' | 'yes' | 'failed'>('no');
  useEffect(() => {
    if (done === 'no') return;
    const timer = setTimeout(() => setDone('no'), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setDone('yes'),
      () => setDone(copyByHand(text) ? 'yes' : 'failed'),
    );
  };
  const said = { no: label, yes: 'Copied', failed: 'Select and copy by hand' }[done];
  return (
    <button type="button" class={quiet ? 'button button-quiet' : 'button'} onClick={copy} title={label}>
      <Icon name={done === 'yes' ? 'check' : 'copy'} />
      <span class={quiet ? 'unseen' : ''} aria-live="polite">
        {said}
      </span>
    </button>
  );
}

/** Without TLS browsers give no clipboard to pages; the old way still works. */
function copyByHand(text: string): boolean {
  const box = document.createElement('textarea');
  box.value = text;
  box.className = 'unseen';
  document.body.append(box);
  box.select();
  const done = document.execCommand('copy');
  box.remove();
  return done;
}

export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div class="code">
      <pre>
        <code>{text}</code>
      </pre>
      <Copy text={text} label={label} quiet />
    </div>
  );
}

/** A page that says one thing: not found, over, no way on. */
export function Notice({
  icon,
  title,
  children,
  action,
  tone = 'done',
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
  tone?: Tone;
}) {
  return (
    <section class="notice" aria-labelledby="notice-title">
      <span class={`notice-icon tone-${tone}`}>
        <Icon name={icon} />
      </span>
      <h1 id="notice-title">{title}</h1>
      <div class="notice-text">{children}</div>
      {action && <div class="notice-action">{action}</div>}
    </section>
  );
}
