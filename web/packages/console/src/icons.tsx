/** Our own line icons: 20 x 20, drawn with the text's colour, hidden from screen readers. */

const PATHS = {
  back: 'M12.5 4.5 7 10l5.5 5.5',
  copy: 'M7.5 7.5v-3a1 1 0 0 1 1-1h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-3M4.5 7.5h7a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 1.8v1.6M10 16.6v1.6M1.8 10h1.6M16.6 10h1.6M4.2 4.2l1.1 1.1M14.7 14.7l1.1 1.1M4.2 15.8l1.1-1.1M14.7 5.3l1.1-1.1',
  moon: 'M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z',
  auto: 'M3 4.5h14v9H3zM7.5 17h5M10 13.5V17',
  stop: 'M5.5 5.5h9v9h-9z',
  plus: 'M10 4.5v11M4.5 10h11',
  minus: 'M4.5 10h11',
  fit: 'M3.5 7.5v-4h4M16.5 7.5v-4h-4M3.5 12.5v4h4M16.5 12.5v4h-4',
  panel: 'M3 4h14v12H3zM12.5 4v12',
  eye: 'M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10ZM10 7.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8Z',
  hand: 'M6.5 10.5V5a1.2 1.2 0 0 1 2.4 0v4m0-5.2V3a1.2 1.2 0 0 1 2.4 0v6m0-5a1.2 1.2 0 0 1 2.4 0v6m0-3.8a1.2 1.2 0 0 1 2.3.4v4.9c0 3-2 5.5-5.2 5.5-2.6 0-3.9-1.2-5.1-3.4L3.9 11a1.2 1.2 0 0 1 2-1.2l1.3 1.7',
  out: 'M8 3.5H4.5a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1H8M12.5 6.5 16 10l-3.5 3.5M7.5 10H16',
  offline:
    'M2.5 2.5l15 15M6.1 11.4a5.6 5.6 0 0 1 2.4-1.4M3 8.2a10 10 0 0 1 3-2M17 8.2A10 10 0 0 0 9.3 5.3M13.9 11.4l-.6-.5M10 15h.01',
  pause: 'M7 4.5v11M13 4.5v11',
  clock: 'M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4ZM10 6v4.2l2.8 1.7',
  link: 'M8.3 11.7a3.2 3.2 0 0 0 4.6 0l2.9-2.9a3.2 3.2 0 0 0-4.6-4.6l-.9.9M11.7 8.3a3.2 3.2 0 0 0-4.6 0l-2.9 2.9a3.2 3.2 0 0 0 4.6 4.6l.9-.9',
  transfer: 'M3 7h12.5M12 3.5 15.5 7 12 10.5M17 13H4.5M8 9.5 4.5 13 8 16.5',
  forward: 'M7.5 4.5 13 10l-5.5 5.5',
  reload: 'M16 10a6 6 0 1 1-1.8-4.3M16.2 3v3.4h-3.4',
  pointer: 'M5 3v12.5l3.3-2.8 2 4.6 2.2-1-2-4.5 4.2-.4z',
  outline:
    'M3.5 7V4.5a1 1 0 0 1 1-1H7M13 3.5h2.5a1 1 0 0 1 1 1V7M16.5 13v2.5a1 1 0 0 1-1 1H13M7 16.5H4.5a1 1 0 0 1-1-1V13M7.5 7.5h5v5h-5z',
  suggest: 'M4 4h12v9H9.5L6 16v-3H4zM7.5 8.5l1.8 1.8 3.2-3.6',
  shield: 'M10 2.5 16 5v4.5c0 4-2.5 6.7-6 8-3.5-1.3-6-4-6-8V5z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** Two pointers that meet on one page. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path class="mark-near" d="M9 7v12.6l3.4-3 2.3 5 2.4-1.1-2.3-4.8 4.6-.4z" />
      <path class="mark-far" d="M18.6 14.6v9.8l2.6-2.3 1.8 3.8 1.8-.8-1.7-3.7 3.5-.3z" />
    </svg>
  );
}
