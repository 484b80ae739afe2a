/** Video and sound: rrweb seeks by a clock that the mirror does not have. They follow the page's commands, muted. */

import { MediaInteractions, type mediaInteractionData } from '@rrweb/types';

export function applyMedia(element: Element | undefined, data: mediaInteractionData): void {
  if (!isMedia(element)) return;
  element.muted = true;
  if (data.currentTime !== undefined) element.currentTime = data.currentTime;
  if (data.playbackRate !== undefined) element.playbackRate = data.playbackRate;
  if (data.loop !== undefined) element.loop = data.loop;
  if (data.type === MediaInteractions.Play) play(element);
  else if (data.type === MediaInteractions.Pause) element.pause();
}

/** What was playing when the snapshot was taken plays on. */
export function playOn(doc: Document, attributesOf: (element: Element) => Record<string, unknown>): void {
  for (const element of doc.querySelectorAll<HTMLMediaElement>('video, audio')) {
    element.muted = true;
    if (attributesOf(element).rr_mediaState === 'played') play(element);
  }
}

function play(element: HTMLMediaElement): void {
  element.play().catch(() => undefined); // its file may be out of reach here
}

function isMedia(element: Element | undefined): element is HTMLMediaElement {
  return element?.tagName === 'VIDEO' || element?.tagName === 'AUDIO';
}
