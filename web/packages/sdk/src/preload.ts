/** Load a module that must be exactly what was published. `import` knows no integrity, but takes what was
 * preloaded under the same address: the browser has checked that, and where it failed nothing is imported. */
export async function preload<T>(href: string, integrity: string): Promise<T> {
  const link = document.createElement('link');
  await new Promise((onload, onerror) => {
    Object.assign(link, {
      rel: 'modulepreload',
      crossOrigin: 'anonymous',
      integrity,
      onload,
      onerror: () => onerror(new Error(`${href} is not what was published`)),
      href,
    });
    document.head.append(link);
  });
  link.remove();
  return import(/* @vite-ignore */ href);
}
