export const CSS = `
.layer{position:fixed;inset:0;width:auto;height:auto;margin:0;padding:0;border:0;background:none;overflow:clip;pointer-events:none;z-index:2147483647;display:block;--state:#2e90fa;font:15px/1.35 system-ui,sans-serif}
.layer[data-state=paused],.layer[data-state=withheld]{--state:#98a2b3}
.layer[data-state=reconnecting]{--state:#f79009}
.frame{position:absolute;inset:0;box-shadow:inset 0 0 0 3px var(--state)}
.bar{position:absolute;inset-inline:0;bottom:max(16px,env(safe-area-inset-bottom));margin-inline:auto;width:fit-content;max-width:calc(100vw - 24px);display:flex;gap:12px;align-items:center;color:var(--fg);background:var(--bg);border:1px solid var(--line);border-radius:16px;padding:8px;padding-inline-start:16px;box-shadow:0 12px 36px #0b122045;pointer-events:auto;cursor:grab;touch-action:none;user-select:none}
.bar:active{cursor:grabbing}
.bar.top{bottom:auto;top:max(16px,env(safe-area-inset-top))}
.dot{flex:none;width:10px;height:10px;border-radius:50%;background:var(--state)}
.text{margin:0;min-width:0;flex:1}
b{display:block;font-weight:600}
small{display:block;font-size:.8125rem;color:var(--soft)}
button{flex:none;min-height:40px;padding:8px 16px}
.move{padding:8px;border-color:transparent;color:var(--soft);display:grid;place-items:center}
.move[aria-pressed=true]{color:#fff;background:#7a5af8}
.stop{background:#d92d20;border-color:transparent;color:#fff}
@media(hover:hover){.stop:hover{background:#b42318}.move:hover{background:var(--tint)}}
.said{position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.cursor{position:absolute;left:0;top:0;width:0;height:0;--c:#1570ef}
.cursor[hidden]{display:none}
.cursor svg{position:absolute;left:-3px;top:-3px;color:#fff;fill:var(--c);filter:drop-shadow(0 1px 2px #0b122080)}
.cursor span{position:absolute;left:14px;top:16px;max-width:200px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:12px;font-weight:600;color:#fff;background:var(--c);border-radius:6px;padding:2px 8px}
.cursor i{position:absolute;left:-18px;top:-18px;width:36px;height:36px;border-radius:50%;border:3px solid var(--c);opacity:0}
.c1{--c:#7a5af8}.c2{--c:#c11574}.c3{--c:#067647}
@media(max-width:30rem){.bar{flex-wrap:wrap;justify-content:flex-end}.text{flex-basis:80%}}
@media(forced-colors:active){.frame{border:3px solid Highlight}}
@media(prefers-reduced-motion:no-preference){
.cursor{transition:translate .06s linear}
.layer[data-state=live] .dot{animation:live 2s ease-in-out 3}@keyframes live{50%{opacity:.35}}
}
`;
