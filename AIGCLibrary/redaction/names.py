"""Names that say that their value is a secret."""

import re

SECRET_NAME = re.compile(
    r"pass((word|wd)s?)?[-_ ]?\d*$|secret|token|api[-_]?key|access[-_]?key|authorization|cookie|credential|signature"
    r"|private[-_]?key|passphrase|^(sig|pwd|auth)$|[-_](pwd|sig|auth)$|密码|口令|密钥|令牌",
    re.IGNORECASE,
)
