"""Files: fetched, judged while they arrive, analysed and cleaned up.

    Source ─► DownloadStage ─► ValidationStage ─► AnalysisStage ─► CleanupStage ─► FileReport
    (URL, path, bytes)  │            │                  │                │
             preflight, pump     rules, labels     pictures, sound   temp folder

`service` is the door; `pipeline` the stages; `fetch`, `http_client` and `pump` download; `iso`, `zips`, `containers`,
`validators` know formats; `rules` say what is demanded; `labels` read content labels; `quality` looks and listens.
"""
