import type { PauseCriterion } from '@opencobrowse/protocol';
import { describe, expect, it } from 'vitest';
import { isWithheld } from '../src/withheld.ts';

const AT = 'https://shop.example/account/Gr%C3%BC%C3%9Fe?step=2#pay';

describe('pages that are not shared (field.md A5, pauseCriteria)', () => {
  it.each([
    ['Includes', '/account/', true],
    ['Includes', 'step=2', true],
    ['Includes', '#pay', true],
    ['Includes', 'Grüße', true],
    ['Includes', 'Gr%C3%BC', true],
    ['Includes', '/checkout', false],
    ['DoesNotInclude', '/public', true],
    ['DoesNotInclude', '/account', false],
    ['StartsWith', 'https://shop.example/account', true],
    ['StartsWith', '/account', true],
    ['StartsWith', 'account', false],
    ['EndsWith', '#pay', true],
    ['EndsWith', 'Grüße', true],
    ['EndsWith', '/account', false],
    ['Equals', AT, true],
    ['Equals', 'https://shop.example/account/Gr%C3%BC%C3%9Fe', true],
    ['Equals', '/account/Grüße?step=2#pay', true],
    ['Equals', '/account/Grüße', true],
    ['Equals', '/account', false],
  ] as [PauseCriterion['condition'], string, boolean][])('%s %s: %s', (condition, urlFragment, withheld) => {
    expect(isWithheld(AT, [{ urlFragment, condition }])).toBe(withheld);
  });

  it('one criterion is enough, none shares everything, one that nobody knows withholds', () => {
    const no = { urlFragment: '/x', condition: 'Includes' } as const;
    const yes = { urlFragment: '/account', condition: 'Includes' } as const;
    expect(isWithheld(AT, [no, yes])).toBe(true);
    expect(isWithheld(AT, [])).toBe(false);
    expect(isWithheld(AT, undefined)).toBe(false);
    const later = { urlFragment: '/x', condition: 'Matches' } as unknown as PauseCriterion;
    expect(isWithheld(AT, [later])).toBe(true);
  });

  it('reads an address that cannot be decoded', () => {
    const criterion = { urlFragment: '/100%', condition: 'Includes' } as const;
    expect(isWithheld('https://shop.example/100%/x', [criterion])).toBe(true);
  });
});
