export const CSS = `
.layer[data-control]{--state:#7a5af8}
.layer[data-control] .frame{box-shadow:inset 0 0 0 5px var(--state)}
.slot{display:contents}
.take{border-color:var(--state)}
.outline{position:absolute;left:0;top:0;border:3px solid var(--c,#1570ef);border-radius:6px;box-shadow:0 0 0 2px #fff,inset 0 0 0 1px #fffc;pointer-events:none}
.outline[hidden]{display:none}
.outline span{position:absolute;inset-inline-start:-3px;bottom:calc(100% + 5px);max-width:min(240px,90vw);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:12px;font-weight:600;color:#fff;background:var(--c,#1570ef);border-radius:6px;padding:2px 8px}
.outline.low span{bottom:auto;top:calc(100% + 5px)}
.outline.own{--c:#067647}
.card{position:absolute;left:0;top:0;width:max-content;max-width:min(22rem,100vw - 24px);color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:14px;padding:14px 16px;box-shadow:0 12px 36px #0b122059;pointer-events:auto;user-select:none}
.card:focus-visible{outline:3px solid var(--ring);outline-offset:2px}
.card p{margin:0}
.card .who{font-size:.8125rem;color:var(--soft)}
.card .what{font-weight:600;overflow-wrap:anywhere;max-height:8rem;overflow:auto;user-select:text;white-space:pre-wrap}
.card .row{display:flex;flex-wrap:wrap;gap:8px;margin-block-start:10px}
.card .row button{flex:1 1 auto}
.yes{background:var(--accent);border-color:transparent;color:var(--on)}
.hint{position:absolute;inset-inline:0;top:max(16px,env(safe-area-inset-top));margin-inline:auto;width:fit-content;max-width:calc(100vw - 24px);color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:12px;padding:10px 14px;box-shadow:0 12px 36px #0b122045}
@media(forced-colors:active){.outline{border-color:Highlight}}
@media(prefers-reduced-motion:no-preference){.outline{animation:seen .3s ease-out}@keyframes seen{from{opacity:0;scale:1.15}}.card{animation:in .15s ease-out}@keyframes in{from{opacity:0}}}
`;
