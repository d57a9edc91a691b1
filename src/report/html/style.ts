/** The style of the HTML report: light and dark, from 320 px to paper, nothing loaded. */
export const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--card:#f6f8fa;--error:#b3121d;--warning:#8a5300;--info:#0757b3;--good:#116329;--on:#fff}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9aa4af;--line:#30363d;--card:#161b22;--error:#ff8078;--warning:#e3b341;--info:#79b8ff;--good:#56d364;--on:#0d1117}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:66rem;padding:1rem;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:.2rem 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h2 small{font-weight:400;color:var(--soft);font-size:.875rem}
h3{font-size:1rem;margin:0 0 .25rem;display:flex;flex-wrap:wrap;gap:.25rem .6rem;align-items:baseline}
p{margin:.35rem 0}
a{color:inherit}
code,pre{font:.875em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{margin:.35rem 0;padding:.5rem .65rem;background:var(--bg);border:1px solid var(--line);border-radius:6px;white-space:pre-wrap}
.soft,.soft a,i{color:var(--soft)}
i{font-style:normal;font-size:.875rem}
.small{font-size:.875rem}
.f{margin:.75rem 0;padding:.75rem .9rem;background:var(--card);border:1px solid var(--line);border-left:4px solid var(--c);border-radius:6px}
main.many .f{content-visibility:auto;contain-intrinsic-size:auto 16rem}
.error{--c:var(--error)}.warning{--c:var(--warning)}.info{--c:var(--info)}
.sev{background:var(--c);color:var(--on);border-radius:4px;padding:0 .4rem;font-size:.8125rem;font-weight:600}
.id{margin-left:auto;font-weight:400;color:var(--soft);text-decoration:none}
.msg{font-size:1.0625rem;font-weight:600}
dl{margin:.4rem 0;display:grid;grid-template-columns:5rem minmax(0,1fr);gap:.15rem .75rem}
dt{color:var(--soft)}
dd{margin:0}
dd p:first-child,dd>pre:first-child{margin-top:0}
.never{color:var(--error);font-weight:600}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--soft);padding:.2rem 0}
ul,ol{margin:.3rem 0;padding-left:1.25rem}
li{margin:.2rem 0}
.way{list-style:none;display:flex;flex-wrap:wrap;gap:.5rem 1.6rem;padding:.3rem 0 .3rem .1rem;margin:.2rem 0}
.way li{position:relative;margin:0;padding:.3rem .6rem;border:1px solid var(--line);border-radius:6px;background:var(--bg);max-width:19rem}
.way li+li::before{content:"\\2192";position:absolute;left:-1.3rem;top:50%;transform:translateY(-50%);color:var(--soft)}
.way small{display:block;color:var(--soft);font-size:.8125rem;line-height:1.35}
.way b{font-weight:600}
.way .fault{border:2px solid var(--error)}
.way .fault b,.way .mark{color:var(--error)}
.way .unknown{border-style:dashed}
.filter{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;margin:.75rem 0}
.filter label{cursor:pointer;padding:.2rem 0}
body:has(#show-error:not(:checked)) .f.error,body:has(#show-warning:not(:checked)) .f.warning,body:has(#show-info:not(:checked)) .f.info{display:none}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:400}
@media(max-width:40rem){
dl{grid-template-columns:minmax(0,1fr);gap:0}
dt{margin-top:.4rem;font-size:.875rem}
.way{flex-direction:column;gap:1.4rem}
.way li{max-width:none}
.way li+li::before{content:"\\2193";left:1rem;top:-.75rem}
.id{margin-left:0}
thead{display:none}
tr{display:block;padding:.35rem 0;border-bottom:1px solid var(--line)}
td{display:block;border:0;padding:0}
summary{padding:.5rem 0}
}
@media print{
:root{--bg:#fff;--fg:#000;--soft:#444;--line:#bbb;--card:#fff;--error:#a00;--warning:#6b4000;--info:#003f8a;--good:#0b4d1e;--on:#fff}
body{max-width:none;padding:0;font-size:10pt}
.filter,.toc{display:none}
main.many .f{content-visibility:visible}
details::details-content{display:block;content-visibility:visible;block-size:auto}
.way{gap:.3rem 1.5rem;font-size:8.5pt}
.way li{max-width:30%}
.way small{font-size:7.5pt}
h2,h3,.msg,summary{break-after:avoid}
.way,.way li,pre,li{break-inside:avoid}
.sev{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
