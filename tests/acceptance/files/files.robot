*** Settings ***
Documentation       The File keywords over real files of the studio; `${STUDIO}` and the files come from the runner.
Library             RequestsLibrary
Library             AIGCLibrary    rules=${RULES}    store=sqlite:///${EXECDIR}/files.db
Suite Setup         Create Session    studio    ${STUDIO}    headers=${HEADERS}


*** Variables ***
&{HEADERS}      Authorization=Bearer studio-demo-token


*** Test Cases ***
Video Is Downloaded And Accepted
    ${report} =    Process File    ${VIDEO}    rules=studio-short    session=studio    name=clip.mp4
    Should Be Equal    ${report.media.resolution}    640x360
    Should Be Equal    ${report.media_type}    video/mp4
    Should Be Equal    ${report.labels.aigc}[0][fields][Label]    1

Bundle Is Accepted And Unpacked
    ${report} =    Process File
    ...    ${BUNDLE}
    ...    rules=studio-bundle
    ...    session=studio
    ...    extract_dir=${EXECDIR}/bundle
    Length Should Be    ${report.files}    5
    ${files} =    Evaluate    sorted(p.name for p in __import__('pathlib').Path($report.files[0]).parent.iterdir())
    Length Should Be    ${files}    4

Broken Video Is Rejected With All Findings
    Process File    ${BLACK}    rules={"extends": "studio-short", "fps": ">= 30", "early": false}    session=studio

Several Files At Once
    ${reports} =    Process Files    ${{[$VIDEO, $BUNDLE]}}    session=studio    workers=2
    Should Be Equal    ${reports}[0][media_type]    video/mp4
    Should Be Equal    ${reports}[1][media_type]    application/zip

Local File Is Measured And Checked
    ${report} =    Process File    ${VIDEO}    session=studio    keep_temp=always    name=kept.mp4
    ${path} =    Convert To String    ${report.path}
    Get File Type    ${path}    ==    video/mp4
    Get Media Info    ${path}    duration    >    3.9
    Get Media Info    ${path}    video_codec    ==    h264
    Get File Hash    ${path}    ==    ${report.sha256}
    Get AIGC Label    ${path}    Label    ==    1
    Get AIGC Label    ${path}    carrier    contains    moov
    AIGC Label Should Be Valid    ${path}    survives_from=${path}
    Validate File    ${path}    {"duration": "3.8..4.3 s"}
    ${names} =    Load Validation Rules    ${RULES}
    Should Contain    ${names}    studio-video

Nothing That Is Measured
    Run Keyword And Expect Error    *Did you mean 'width'*    Get Media Info    ${UNLABELLED}    widht    >    3
    ${rate} =    Get Media Info    ${UNLABELLED}    sample_rate
    Should Be Equal    ${rate}    ${None}
    Run Keyword And Expect Error    *has no 'sample_rate'; expected sample_rate greater than 3.*
    ...    Get Media Info    ${UNLABELLED}    sample_rate    >    3

Label Is Missing
    AIGC Label Should Be Valid    ${UNLABELLED}

Unsafe Archive Is Refused
    Extract Archive    ${SLIP}    ${EXECDIR}/slip

Unknown Rules Are Reported
    Validate File    ${SLIP}    rules=bundel

Plugin Takes The Parameters Of The Concept
    ${result} =    Execute Plugin
    ...    file_processing
    ...    file_info=${{{'url': $VIDEO}}}
    ...    max_size=500 MB
    ...    validation_rules=video
    ...    session=studio
    Should Be Equal    ${result.status}    completed
    Should Be Equal    ${result.data.processing_metrics.accepted}    ${1}
