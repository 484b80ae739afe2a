import { readHeader, readPointer } from '@opencobrowse/protocol';
import { h, panel } from './ui.ts';

const CSS = `
:host{all:initial}
.bar{position:fixed;left:50%;bottom:16px;transform:translateX(-50%);z-index:2147483647;display:flex;gap:14px;align-items:center;font:14px/1.4 system-ui,sans-serif;color:#fff;background:#101828;border-radius:999px;padding:8px 8px 8px 18px;box-shadow:0 10px 30px #0b122066}
button{font:inherit;font-weight:600;color:#fff;background:#d92d20;border:0;border-radius:999px;padding:7px 16px;cursor:pointer}
button:focus-visible{outline:3px solid #fda29b;outline-offset:2px}
.dot{width:10px;height:10px;border-radius:50%;background:#f04438}
.frame{position:fixed;inset:0;border:3px solid #2e90fa;pointer-events:none;z-index:2147483645}
.cursor{position:fixed;left:0;top:0;width:18px;height:18px;border-radius:50%;background:#2e90fa88;border:2px solid #2e90fa;pointer-events:none;z-index:2147483645;display:none}
`;

export interface Bar {
  pointer(frame: ArrayBuffer): void;
  close(reason: string): void;
}

/** "You are sharing", always in view, with Stop; and the agent's pointer. */
export function bar(agentName: string, onStop: () => void): Bar {
  const { root, remove } = panel(CSS);
  const stop = h('button', { type: 'button' }, 'Stop');
  const cursor = h('div', { class: 'cursor', 'aria-hidden': 'true' });
  root.append(
    h('div', { class: 'frame', 'aria-hidden': 'true' }),
    h(
      'div',
      { class: 'bar', role: 'status' },
      h('span', { class: 'dot' }),
      `You are sharing this page with ${agentName}`,
      stop,
    ),
    cursor,
  );
  stop.addEventListener('click', (event) => {
    if (event.isTrusted) onStop();
  });
  return {
    pointer: (frame) => {
      if (readHeader(frame).kind !== 3) return;
      const pointer = readPointer(frame);
      if (!pointer) return;
      cursor.style.display = pointer.action === 'leave' ? 'none' : 'block';
      cursor.style.transform = `translate(${pointer.x - 10}px,${pointer.y - 10}px)`;
    },
    close: () => remove(),
  };
}
