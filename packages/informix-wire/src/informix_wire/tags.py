"""Message tags: the two bytes with which every message after the login begins (sqli.md 4.1)."""

from enum import IntEnum

__all__ = ["Tag"]


class Tag(IntEnum):
    """All tags of sqli.md 4.1 under their customary vendor names, also those whose layout nobody knows.

    Which of them have a message class, and in which direction, is said by the tables
    `informix_wire.pdu.FROM_CLIENT` and `informix_wire.pdu.FROM_SERVER`.
    """

    SQ_COMMAND = 1
    SQ_PREPARE = 2
    SQ_CURNAME = 3
    SQ_ID = 4
    SQ_BIND = 5
    SQ_OPEN = 6
    SQ_EXECUTE = 7
    SQ_DESCRIBE = 8
    SQ_NFETCH = 9
    SQ_CLOSE = 10
    SQ_RELEASE = 11
    SQ_EOT = 12
    SQ_ERR = 13
    SQ_TUPLE = 14
    SQ_DONE = 15
    SQ_EXSELECT = 16
    SQ_PUT = 17
    SQ_PUTERR = 18
    SQ_CMMTWORK = 19
    SQ_RBWORK = 20
    SQ_SVPOINT = 21
    SQ_NDESCRIBE = 22
    SQ_SFETCH = 23
    SQ_SCROLL = 24
    SQ_TUPID = 25
    SQ_DBLIST = 26
    SQ_BEGIN = 35
    SQ_DBOPEN = 36
    SQ_DBCLOSE = 37
    SQ_FETCHBLOB = 38
    SQ_BLOB = 39
    SQ_BBIND = 41
    SQ_DPREPARE = 42
    SQ_HOLD = 43
    SQ_DCATALOG = 44
    SQ_ISOLEVEL = 47
    SQ_LOCKWAIT = 48
    SQ_WANTDONE = 49
    SQ_REMVIEW = 50
    SQ_REMPERMS = 51
    SQ_SBBIND = 52
    SQ_VERSION = 53
    SQ_DEFER = 54
    SQ_COST = 55
    SQ_EXIT = 56
    SQ_REMPROC = 58
    SQ_EXPROC = 59
    SQ_REMDML = 60
    SQ_TXPREPARE = 61
    SQ_TXFORGET = 63
    SQ_XROLLBACK = 65
    SQ_XCLOSE = 66
    SQ_XCOMMIT = 67
    SQ_XEND = 68
    SQ_XFORGET = 69
    SQ_XPREPARE = 70
    SQ_XRECOVER = 71
    SQ_XSTART = 72
    SQ_XERR = 73
    SQ_XASTATE = 74
    SQ_INFO = 81
    SQ_XOPEN = 82
    SQ_IGNORED_86 = 86
    """No name is known: a server may send it, JDBC ignores it (sqli.md 4.1)."""
    SQ_REOPEN = 87
    SQ_INSERTDONE = 94
    SQ_LODATA = 97
    SQ_FILE = 98
    SQ_XACTSTAT = 99
    SQ_RET_TYPE = 100
    SQ_GETROUTINE = 101
    SQ_EXFPROUTINE = 102
    SQ_FPROUTINE = 103
    SQ_FPARAM = 104
    SQ_FILE_READ = 106
    SQ_FILE_WRITE = 107
    SQ_AUTOFREE = 108
    SQ_CONNECT = 112
    SQ_SETCONN = 113
    SQ_DISCONNECT = 114
    SQ_CIDESCRIBE = 124
    SQ_IDESCRIBE = 125
    SQ_PROTOCOLS = 126
    SQ_ACCEPT = 127
    SQ_ACK = 128
    SQ_CHALLENGE = 129
    SQ_RESPONSE = 130
    SQ_DESCRIBE_ROUTINE = 131
    """No name is known: a client asks for the parameters of a routine (sqli.md 5.13.1)."""
    SQ_ROUTINE_IDESCRIBE = 132
    """No name is known: the answer to it, input describe of a routine (sqli.md 5.13.1)."""
    SQ_VPUT = 133
    SQ_KEYREQUEST = 134
    SQ_KEYDESCRIBE = 135
    SQ_KEYTUPLE = 136
    SQ_SETSVPT = 137
    SQ_RELSVPT = 138
    SQ_RBACKSVPT = 139
    SQ_BATCHSTART = 141
    SQ_BATCHEND = 142
