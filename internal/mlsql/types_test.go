package mlsql

import (
	"reflect"
	"testing"
)

func TestTypes(t *testing.T) {
	for spelling, want := range map[string]string{
		"BOOL": "tinyint(1)", "boolean": "tinyint(1)", "TINYINT(4)": "tinyint", "TINYINT(1)": "tinyint(1)",
		"INT": "int", "INTEGER(11)": "int", "INT UNSIGNED": "int unsigned", "INT SIGNED": "int", "int4": "int",
		"INT ZEROFILL": "int(10) unsigned zerofill", "INT(4) ZEROFILL": "int(4) unsigned zerofill",
		"BIGINT UNSIGNED ZEROFILL": "bigint(20) unsigned zerofill", "MIDDLEINT": "mediumint", "INT8": "bigint",
		"BIT": "bit(1)", "BIT(64)": "bit(64)",
		"DEC": "decimal(10,0)", "NUMERIC(5)": "decimal(5,0)", "FIXED(5,2) UNSIGNED": "decimal(5,2) unsigned", "DECIMAL(0)": "decimal(10,0)",
		"FLOAT": "float", "FLOAT(24)": "float", "FLOAT(25)": "double", "FLOAT(7,4)": "float(7,4)",
		"REAL": "double", "DOUBLE PRECISION": "double", "DOUBLE(10,2)": "double(10,2)", "FLOAT8": "double",
		"DATE": "date", "TIME": "time", "DATETIME(6)": "datetime(6)", "TIMESTAMP(0)": "timestamp", "YEAR(4)": "year", "JSON": "json",
		"CHAR": "char(1)", "CHARACTER(0)": "char(0)", "VARCHAR(20)": "varchar(20)", "CHARACTER VARYING(3)": "varchar(3)", "VARCHARACTER(3)": "varchar(3)",
		"VARCHAR(2048) CHARSET latin1":                           "varchar(2048) CHARSET latin1",
		"VARCHAR(5) CHARACTER SET 'UTF8MB4' COLLATE utf8mb4_bin": "varchar(5) CHARSET utf8mb4 COLLATE utf8mb4_bin",
		"VARCHAR(5) CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci":  "varchar(5) CHARSET utf8mb4",
		"TEXT COLLATE utf8_unicode_ci":                           "text CHARSET utf8mb3 COLLATE utf8mb3_unicode_ci",
		"CHAR(3) CHAR SET latin1 BINARY":                         "char(3) CHARSET latin1 COLLATE latin1_bin",
		"CHAR(3) ASCII":                                          "char(3) CHARSET latin1",
		"CHAR(3) UNICODE":                                        "char(3) CHARSET ucs2",
		"CHAR(3) BYTE":                                           "binary(3)",
		"VARCHAR(9) CHARACTER SET binary":                        "varbinary(9)",
		"TEXT COLLATE binary":                                    "blob",
		"NATIONAL VARCHAR(10)":                                   "varchar(10) CHARSET utf8mb3",
		"NCHAR(2) COLLATE utf8mb3_bin":                           "char(2) CHARSET utf8mb3 COLLATE utf8mb3_bin",
		"NATIONAL CHARACTER VARYING(10)":                         "varchar(10) CHARSET utf8mb3",
		"TINYTEXT":                                               "tinytext", "LONGTEXT": "longtext", "TEXT(10)": "tinytext", "TEXT(100)": "text", "TEXT(200) CHARSET latin1": "tinytext CHARSET latin1", "TEXT(70000)": "mediumtext", "TEXT(99999999)": "longtext",
		"LONG": "mediumtext", "LONG VARCHAR": "mediumtext", "LONG VARBINARY": "mediumblob", "BLOB(300)": "blob", "BINARY(16)": "binary(16)", "VARBINARY(5)": "varbinary(5)",
		"ENUM('a','it''s')": "enum('a','it''s')", "SET('x') CHARSET latin1": "set('x') CHARSET latin1",
		"GEOMETRYCOLLECTION": "geomcollection", "POINT": "point",
	} {
		p := newParser(spelling, Options{})
		got := p.dataType("c")
		if p.end(); p.err != nil {
			t.Errorf("%s: %v", spelling, p.err)
			continue
		}
		if got.String() != want {
			t.Errorf("%s: got %s, want %s", spelling, got, want)
		}
		again := newParser(got.String(), Options{})
		if reread := again.dataType("c"); !reflect.DeepEqual(reread, got) {
			t.Errorf("%s: %+v reads back as %+v", spelling, got, reread)
		}
	}
}

func TestTypeErrors(t *testing.T) {
	for spelling, want := range map[string]uint16{
		"": 1064, "SERIAL": 1064, "VARCHAR": 1064, "INT(": 1064, "INT(x)": 1064, "INT(1,2)": 1064, "DOUBLE(5)": 1064, "TINYTEXT(5)": 1064,
		"JSON COLLATE utf8mb4_bin": 1064, "TEXT BINARY": 1064, "ENUM()": 1064, "ENUM": 1064, "INT(1.5)": 1064,
		"INT(256)": 1439, "BIT(65)": 1439, "BIT(0)": 3013, "DECIMAL(66)": 1426, "DECIMAL(60,31)": 1425, "DECIMAL(3,4)": 1427, "FLOAT(54)": 1063,
		"DATETIME(7)": 1426, "YEAR(2)": 1818, "CHAR(256)": 1074, "VARCHAR(65536)": 1074, "VARCHAR(16384) CHARSET utf8mb4": 1074, "VARCHAR(99999999999)": 1074,
		"TEXT CHARSET klingon": 1115, "TEXT COLLATE klingon_ci": 1273, "TEXT COLLATE utf8mb4": 1273, "TEXT CHARSET latin1 COLLATE utf8mb4_bin": 1253,
		"VECTOR(3)": 1235,
	} {
		p := newParser(spelling, Options{})
		p.dataType("c")
		p.end()
		if p.err == nil || p.err.Code != want {
			t.Errorf("%s: got %+v, want %d", spelling, p.err, want)
		}
	}
}
