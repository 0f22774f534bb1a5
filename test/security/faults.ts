// The known faults of other clients, by the ids that groups of tests in this folder are named by.

export const FAULTS: Readonly<Record<string, readonly string[]>> = {
  "what goes out": [
    ...["T-inj-header", "T-inj-host", "T-inj-special", "T-inj-path", "T-inj-method", "T-unicode-fold"],
    ...["T-dup-singletons", "T-path-authority", "T-toctou", "T-proto", "T-length-mismatch"],
  ],
  "framing of responses": [
    ...["T-frame", "T-fold", "T-cl", "T-conn-ows", "T-cl-te", "T-te-unknown", "T-chunk", "T-version", "T-status"],
    ...["T-trunc", "T-cl-lie", "T-nobody", "T-poison-idle", "T-poison-same-segment", "T-poison-tls"],
    ...["T-prestaged-first", "T-early-response", "T-101-unsolicited", "T-expect-final", "T-unexpected-100"],
  ],
  "hostile servers and resources": [
    ...["T-limit-head", "T-limit-trailers", "T-1xx-flood", "T-chunk-ext-flood", "T-reason-flood", "T-tiny-chunks"],
    ...["T-linear", "T-backpressure", "T-slowloris", "T-leak-errors", "T-limits-all-runtimes", "T-abort-queued"],
  ],
  "credentials, proxies, TLS and keys": [
    ...["T-proxyauth-scope", "T-poolkey-proxy", "T-socks-origins", "T-tls-via-proxy", "T-poolkey-tls"],
    ...["T-connect-extra", "T-connect-status", "T-proxy-dup-headers", "T-noproxy", "T-httpoxy", "T-407-cap"],
    ...["T-secret-redaction", "T-unsupported-throws", "T-starttls-inject"],
  ],
};
