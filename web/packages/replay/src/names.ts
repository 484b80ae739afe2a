/** What may be in the mirror, by name (reliability.md B1). What is not named here, and means something to a browser,
 * does not get in. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Elements of HTML, SVG and MathML that show something and neither load nor run anything by their name alone. */
const TAGS = words(`
  html head body title style link meta noscript template slot
  a abbr acronym address article aside b bdi bdo big blockquote br button caption center cite code col colgroup data
  datalist dd del details dfn dialog dir div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6
  header hgroup hr i img input ins kbd label legend li main map mark marquee menu meter nav nobr ol optgroup option
  output p picture pre progress q rb rp rt rtc ruby s samp search section select selectedcontent small source span
  strike strong sub summary sup table tbody td textarea tfoot th thead time tr tt u ul var wbr
  area audio canvas iframe video
  animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix fecomponenttransfer
  fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow feflood fefunca fefuncb
  fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset fepointlight fespecularlighting
  fespotlight fetile feturbulence filter foreignobject g image line lineargradient marker mask metadata mpath path
  pattern polygon polyline radialgradient rect set stop svg switch symbol text textpath tspan use view
  math maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms
  mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics annotation`);

/** These are taken away with all that is in them: it is code, or what is shown where code does not run. */
const GONE = words('script object embed applet base frame frameset portal fencedframe param');

/** A name with a hyphen is an element that only a script could bring to life. */
const CUSTOM = /^[a-z][a-z0-9._]*-[a-z0-9._-]*$/;

/** Where a shadow root can be, besides in custom elements (DOM standard, `attachShadow`). */
const HOSTS = words(
  'article aside blockquote body div footer h1 h2 h3 h4 h5 h6 header main nav p section span',
);

/** Attributes that a browser knows and that only change how something looks or reads. */
const PLAIN = words(`
  abbr accept accept-charset align alink alt autocapitalize autocomplete axis bgcolor border bordercolor cellpadding
  cellspacing char charoff charset checked class classname clear color cols colspan compact contenteditable controls
  coords datetime decoding default dir direction disabled draggable enterkeyhint exportparts face for frame frameborder
  headers height hidden high htmlfor id inert inputmode itemid itemprop itemref itemscope itemtype kind label lang leftmargin
  link list loading loop low marginheight marginwidth max maxlength media min minlength multiple muted name nohref
  noresize noshade novalidate nowrap open optimum part pattern placeholder playsinline popover readonly required rel rev
  reversed role rows rowspan rules scope scrolling selected shape size sizes slot span spellcheck srclang start step
  summary tabindex text textcontent title topmargin translate type usemap valign value valuetype version vlink vspace hspace
  width wrap xmlns xmlns:xlink xml:lang xml:space xlink:title _csstext
  accumulate additive amplitude attributename attributetype azimuth basefrequency baseprofile begin bias by calcmode clip
  clippathunits cursor cx cy d diffuseconstant display divisor dur dx dy edgemode elevation end exponent fill filter
  filterunits focusable fr from fx fy gradienttransform gradientunits in in2 intercept k1 k2 k3 k4 kernelmatrix
  kernelunitlength keypoints keysplines keytimes lengthadjust limitingconeangle markerheight markerunits markerwidth mask
  maskcontentunits maskunits method mode numoctaves offset opacity operator order orient origin overflow path pathlength
  patterncontentunits patterntransform patternunits points pointsatx pointsaty pointsatz preservealpha
  preserveaspectratio primitiveunits r radius refx refy repeatcount repeatdur requiredextensions requiredfeatures
  restart result rotate rx ry scale seed side slope spacing specularconstant specularexponent spreadmethod startoffset
  stddeviation stitchtiles stroke surfacescale systemlanguage tablevalues targetx targety textlength to transform values
  viewbox visibility x x1 x2 xchannelselector y y1 y2 ychannelselector z zoomandpan
  rr_width rr_height rr_scrollleft rr_scrolltop rr_open_mode rr_mediastate rr_mediacurrenttime rr_mediaplaybackrate
  rr_mediamuted rr_medialoop rr_mediavolume`);

/** With a hyphen, and yet they do something. */
const ACTING = words('http-equiv');

/** What SVG may animate by name: never an address, a handler or a style. */
const ANIMATED = words(`
  color cx cy d display dx dy fill filter fr fx fy gradienttransform height mask offset opacity patterntransform points r
  radius refx refy rotate rx ry scale seed startoffset stddeviation stroke transform viewbox visibility width x x1 x2 y y1
  y2 clip-path fill-opacity fill-rule font-size letter-spacing stroke-dasharray stroke-dashoffset stroke-opacity
  stroke-width stop-color stop-opacity`);

let platform: ReadonlySet<string> | undefined;

/** All that any element of this browser reflects: `srcdoc`, `ping`, and whatever the next version brings. */
function known(): ReadonlySet<string> {
  if (platform) return platform;
  const names = new Set<string>();
  for (const word of Object.getOwnPropertyNames(globalThis)) {
    if (!/^(?:Node|(?:HTML|SVG|MathML)?\w*Element)$/.test(word)) continue;
    const { prototype } =
      (globalThis as unknown as Record<string, { prototype?: object } | undefined>)[word] ?? {};
    for (const name of Object.getOwnPropertyNames(prototype ?? {})) names.add(name.toLowerCase());
  }
  platform = names;
  return names;
}

export type Fate = 'stays' | 'box' | 'gone';

/** What becomes of an element: it stays, it becomes a box around what is in it, or it goes with all that. */
export function fateOf(tag: string): Fate {
  const local = tag.slice(tag.lastIndexOf(':') + 1);
  if (GONE.has(local)) return 'gone';
  return TAGS.has(tag) || CUSTOM.test(tag) ? 'stays' : 'box';
}

export function isCustom(tag: string): boolean {
  return CUSTOM.test(tag);
}

export function mayHost(tag: string): boolean {
  return HOSTS.has(tag) || CUSTOM.test(tag);
}

/** Whether the attribute `name` (in lower case) may stay: it is one of the harmless, or means nothing to a browser and
 * is only there for style sheets to find. */
export function mayStay(name: string): boolean {
  if (PLAIN.has(name)) return true;
  if (name.startsWith('on') || name.startsWith('rr_') || ACTING.has(name) || name.includes(':')) return false;
  if (!/^[a-z_@#*[(.][\w\-.@#*[\]()]*$/.test(name) || name.startsWith('__')) return false;
  if (name === 'constructor' || name === 'prototype') return false;
  return name.includes('-') || name.startsWith('_') || !(known().has(name) || MEANT.has(name));
}

/** What browsers know without a property of that name. */
const MEANT = words(
  'is nonce integrity manifest sandbox allow csp credentialless archive classid codebase codetype declare dynsrc lowsrc ' +
    'profile object standby shadowrootmode shadowroot attributionsrc referrerpolicy crossorigin blocking fetchpriority ' +
    'imagesrcset imagesizes nomodule async defer language event autofocus autoplay accesskey interestfor commandfor ' +
    'ping target action formaction formenctype formmethod formnovalidate formtarget download href src srcset data ' +
    'srcdoc background cite longdesc lowsrc poster popovertarget command',
);

export function mayBeAnimated(name: string): boolean {
  return ANIMATED.has(name);
}
