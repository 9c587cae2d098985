/*
 * A SCSI disk that foretells its failure, for a program that was started with this in LD_PRELOAD: wherever it sends SCSI
 * commands to a regular file, it gets what such a disk answers (SPC-4, SBC-3). The program itself is unchanged.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <scsi/sg.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

static const unsigned char INQUIRY[36 + 1] = {0, 0, 5, 2, 31, 0, 0, 0, 'E', 'X', 'A', 'M', 'P', 'L', 'E', ' ', 'M', 'O',
    'D', 'E', 'L', ' ', 'D', 'I', 'S', 'K', ' ', ' ', ' ', ' ', ' ', ' ', '0', '0', '0', '1'};
/* 1,000,000 blocks of 512 octets. */
static const unsigned char CAPACITY_10[8] = {0, 15, 0x42, 0x3f, 0, 0, 2, 0};
static const unsigned char CAPACITY_16[32] = {0, 0, 0, 0, 0, 15, 0x42, 0x3f, 0, 0, 2, 0};
/* Informational exceptions are reported on request. */
static const unsigned char EXCEPTIONS_6[16] = {15, 0, 0, 0, 0x1c, 10, 0, 6};
static const unsigned char EXCEPTIONS_10[20] = {0, 18, 0, 0, 0, 0, 0, 0, 0x1c, 10, 0, 6};
static const unsigned char LOG_PAGES[6] = {0, 0, 0, 2, 0, 0x2f};
/* 5Dh 10h: hardware impending failure, general hard drive failure. */
static const unsigned char LOG_EXCEPTIONS[12] = {0x2f, 0, 0, 8, 0, 0, 3, 4, 0x5d, 0x10, 30, 0};
static const unsigned char NO_SENSE[18] = {0x70, 0, 0, 0, 0, 0, 0, 10};
static const unsigned char REFUSAL[18] = {0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20, 0};

static int give(sg_io_hdr_t *io, const void *octets, unsigned length)
{
    unsigned given = length < io->dxfer_len ? length : io->dxfer_len;
    memcpy(io->dxferp, octets, given);
    io->resid = (int)(io->dxfer_len - given);
    return 0;
}

static int refuse(sg_io_hdr_t *io)
{
    io->status = 2;
    io->masked_status = 1;
    io->driver_status = 8;
    io->sb_len_wr = io->mx_sb_len < sizeof REFUSAL ? io->mx_sb_len : sizeof REFUSAL;
    memcpy(io->sbp, REFUSAL, io->sb_len_wr);
    return 0;
}

static int answer(sg_io_hdr_t *io)
{
    const unsigned char *command = io->cmdp;
    int page = command[2] & 0x3f;
    io->status = io->masked_status = io->sb_len_wr = 0;
    io->host_status = io->driver_status = 0;
    io->resid = io->dxfer_direction == SG_DXFER_NONE ? 0 : (int)io->dxfer_len;
    switch (command[0]) {
    case 0x00: return 0;
    case 0x03: return give(io, NO_SENSE, sizeof NO_SENSE);
    case 0x12: return command[1] & 1 ? refuse(io) : give(io, INQUIRY, 36);
    case 0x1a: return page == 0x1c ? give(io, EXCEPTIONS_6, sizeof EXCEPTIONS_6) : refuse(io);
    case 0x5a: return page == 0x1c ? give(io, EXCEPTIONS_10, sizeof EXCEPTIONS_10) : refuse(io);
    case 0x25: return give(io, CAPACITY_10, sizeof CAPACITY_10);
    case 0x9e: return give(io, CAPACITY_16, sizeof CAPACITY_16);
    case 0x4d:
        if (page == 0x00)
            return give(io, LOG_PAGES, sizeof LOG_PAGES);
        return page == 0x2f ? give(io, LOG_EXCEPTIONS, sizeof LOG_EXCEPTIONS) : refuse(io);
    default: return refuse(io);
    }
}

int ioctl(int file, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    struct stat status;
    if (request == SG_IO && fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        /* Version 4 of the interface is for another kind of device file. */
        if (*(int *)argument == 'S')
            return answer(argument);
        errno = EINVAL;
        return -1;
    }
    int (*next)(int, unsigned long, void *) = dlsym(RTLD_NEXT, "ioctl");
    return next(file, request, argument);
}
