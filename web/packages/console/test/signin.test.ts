import { expect, test } from 'vitest';
import { problemIn, singleSignOnAddress, withoutProblem } from '../src/signin.ts';

const REFERENCE = '25a3bb9b-ad0f-4385-8e3d-30b322a71bae';

test('no problem is none', () => {
  expect(problemIn('')).toBeUndefined();
  expect(problemIn('?a=b')).toBeUndefined();
});

test('a problem is said in our own words, with its reference', () => {
  const problem = problemIn(`?a=b&sign_in_problem=sso.user.unknown&sign_in_reference=${REFERENCE}`);
  expect(problem?.text).toMatch(/no user here yet/);
  expect(problem?.reference).toBe(REFERENCE);
});

// Anybody can send somebody a link: what is not ours is not shown.
test.each(['<b>x</b>', '', 'constructor', '__proto__', 'Call 0900 123'])('%s is not repeated', (text) => {
  const problem = problemIn(
    `?sign_in_problem=${encodeURIComponent(text)}&sign_in_reference=${encodeURIComponent(text)}`,
  );
  expect(problem).toEqual({ text: 'Signing in did not work. Try again.', reference: '' });
});

test('what is left of the address is what it was', () => {
  expect(withoutProblem(`?sign_in_problem=x&sign_in_reference=${REFERENCE}`)).toBe('');
  expect(withoutProblem(`?a=%20b&c&sign_in_problem=x&sign_in_reference=y`)).toBe('?a=%20b&c');
  expect(withoutProblem('')).toBe('');
});

test('the way back is one parameter', () => {
  const address = singleSignOnAddress('https://x.example/oauth/oidc/start', '/console/a?b=c&d=e#f');
  expect(new URL(address).searchParams.get('next')).toBe('/console/a?b=c&d=e#f');
});
