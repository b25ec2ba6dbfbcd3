//! A clock that a test sets, under a running server: a small library before libc turns the clocks of
//! this one process.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Server;

/// Adds the seconds that stand in a shared file to every time of day, and those after them to the clock
/// by which a program measures how long something takes.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static volatile int64_t *offset;
static int (*real)(clockid_t, struct timespec *);
__attribute__((constructor)) static void open_offset(void) {
    real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    void *shared = mmap(0, 16, PROT_READ, MAP_SHARED, open(getenv("CLOCK_OFFSET"), O_RDONLY), 0);
    if (shared != MAP_FAILED) offset = shared;
}
int clock_gettime(clockid_t clock, struct timespec *time) {
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, time);
    if (!failed && offset && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset[0];
    if (!failed && offset && (clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE)) time->tv_sec += offset[1];
    return failed;
}
int gettimeofday(struct timeval *restrict value, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    value->tv_sec = now.tv_sec;
    value->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"#;

/// The clock of a server.
pub struct Clock {
    offset: File,
    shim: PathBuf,
    path: PathBuf,
}

impl Clock {
    pub fn build(folder: &Path) -> Self {
        let (source, shim, path) = (folder.join("clock.c"), folder.join("clock.so"), folder.join("clock.offset"));
        std::fs::write(&source, SHIM).unwrap();
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(&source).arg("-ldl").status();
        assert!(built.unwrap().success(), "the C compiler does not build the clock");
        std::fs::write(&path, [0; 16]).unwrap();
        let offset = File::options().write(true).open(&path).unwrap();
        Self { offset, shim, path }
    }

    /// Sets the time of day forward or back by so much.
    pub fn set(&self, seconds: i64) {
        self.offset.write_all_at(&seconds.to_ne_bytes(), 0).unwrap();
    }

    /// Lets so much time pass for everything that waits, and leaves the time of day as it is.
    pub fn run(&self, seconds: i64) {
        self.offset.write_all_at(&seconds.to_ne_bytes(), 8).unwrap();
    }

    pub async fn serve(&self, server: &mut Server) {
        let mut command = server.command(&["serve"]);
        self.rule(&mut command);
        server.serve_by(command).await;
    }

    /// Lets a program that is about to start go by this clock.
    pub fn rule(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.shim).env("CLOCK_OFFSET", &self.path);
    }

    /// A token for a member, as good by this clock as one is by its own.
    pub fn token(&self, server: &Server, name: &str) -> String {
        let mut command = server.command(&["token", "--member", name, "--json"]);
        self.rule(&mut command);
        let made: serde_json::Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        made["token"].as_str().unwrap().to_owned()
    }

    /// How far ahead this clock must be for the month to be over by so many seconds in a time zone; and the
    /// month, as addresses say it.
    pub fn month_over(zone: &str, seconds: i64) -> (i64, String) {
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::get(zone).unwrap());
        let last = now.last_of_month().unwrap().end_of_day().unwrap().timestamp().as_second();
        (last - now.timestamp().as_second() + seconds, now.strftime("%Y-%m").to_string())
    }
}
