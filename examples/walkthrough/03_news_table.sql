-- Use case 2: a table of product news. The next step fills it from an RSS file.
CREATE TABLE news (
  id           INT NOT NULL AUTO_INCREMENT,
  title        VARCHAR(1024) DEFAULT NULL,
  link         VARCHAR(2048) DEFAULT NULL,
  product      VARCHAR(512) DEFAULT NULL,
  description  TEXT,
  summary      TEXT,
  modify_user  VARCHAR(300) DEFAULT (CURRENT_USER()),
  updated_time DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  KEY idx_update_time (updated_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
