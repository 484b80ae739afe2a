import { Icon, type IconName } from '../icons.tsx';
import type { Picture } from './Live.tsx';

/** Says why the picture stands still, over the picture. */
export function Veil({ picture, state }: { picture: Picture; state: string }) {
  const said = still(picture, state);
  return (
    <div class={said ? 'veil is-shown' : 'veil'} role="status">
      {said && (
        <span class="veil-card">
          <Icon name={said.icon} />
          {said.text}
        </span>
      )}
    </div>
  );
}

function still(picture: Picture, state: string): { icon: IconName; text: string } | undefined {
  if (!picture.connected) {
    return picture.everConnected
      ? { icon: 'offline', text: 'Connection lost. Reconnecting…' }
      : { icon: 'link', text: 'Connecting…' };
  }
  if (state === 'paused') return { icon: 'pause', text: 'Paused. The picture does not change.' };
  if (picture.state && !picture.state.sharing) {
    return { icon: 'offline', text: 'The customer is offline. Their page comes back by itself.' };
  }
  if (picture.state?.page?.withheld) {
    return {
      icon: 'eye',
      text: 'The customer is on a page that is not shared. It goes on when they leave it.',
    };
  }
  return picture.pictured ? undefined : { icon: 'eye', text: 'The page is on its way…' };
}
