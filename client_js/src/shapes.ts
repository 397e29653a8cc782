// Generated from cobrowse/core/protocol/ by `make generate`. Do not edit. shared/shapes.ts reads it.

export const TO_CUSTOMER = `k:customer_welcome token s generation i first_epoch i now n digits s policy o state o +
k:state session s version i name s site s site_name s agent_name s scope s control? s allowed? b confirmed? b tries_left? i seated? b expires_at? n since? n away? o- reason? s- +
k:credit epoch i frames i bytes i +
k:resync epoch? i
k:act id i epoch i seq i do act:
act:point node i x f y f
act:highlight node i
act:clear
act:scroll node i x p y p
act:click node i x f y f
act:navigate address s
act:back
act:forward
act:reload
act:type node i text s
act:choose node i option i
act:check node i
act:submit node i
k:control_asked +
k:probe id i +
k:asset_wanted n i ticket s +
k:problem code s message s retry_after_seconds? i +
k:come_again delay_ms i +
k:checkup id i digest? b`;

export const TO_AGENT = `k:agent_welcome generation i now n mirror s acts s* typed_navigation s private? b state o +
k:state session s version i name s site s site_name s agent_name s scope s control? s allowed? b confirmed? b tries_left? i seated? b expires_at? n since? n away? o- reason? s- +
k:snapshot epoch i part i last b page? PageInfo- tags s* names s* urls i* styles s* texts s* nodes p*
PageInfo address s title s width i height i zoom? i dpr? i quirks? b dark? b pace? =address|full|outline|slow pace_why? =|busy|part_missing|refused|too_big bar? i left? i top? i traits? i dark_canvas? b ring? b target? i fullscreen? i
k:ops epoch i seq i tags s* names s* urls i* styles s* texts s* ops p*
k:page epoch i page PageInfo
k:pointer epoch i x p y p
k:tip epoch i seq i
k:act_result id i status =asking|done|refused|started reason? s act? s on? =|button|field|link|other
k:probe id i +
k:problem code s message s retry_after_seconds? i +
k:come_again delay_ms i +
k:condition id i epoch i seq i hidden? b waiting_ms? i troubles? =banner_lost|capture_failed|csp_connect|csp_font|csp_img|csp_other|csp_script|csp_self|csp_style|part_missing* digest? s washed? i refused? i refused_why? s
k:heard id i +
k:notice what =old_snippet +
k:asset_missed n i kind s reason s status? i width? i height? i +`;

export const VIEW = `k:snapshot epoch i part i last b page? PageInfo- tags s* names s* urls i* styles s* texts s* nodes p*
PageInfo address s title s width i height i zoom? i dpr? i quirks? b dark? b pace? =address|full|outline|slow pace_why? =|busy|part_missing|refused|too_big bar? i left? i top? i traits? i dark_canvas? b ring? b target? i fullscreen? i
k:ops epoch i seq i tags s* names s* urls i* styles s* texts s* ops p*
k:page epoch i page PageInfo
k:pointer epoch i x p y p
k:tip epoch i seq i`;
