/* Cuts the power of a mounted ext4 file system: nothing more reaches it, and what its journal had
 * not written is lost. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_FLUSHING_THE_JOURNAL 2

int main(int count, char **arguments)
{
    uint32_t how = WITHOUT_FLUSHING_THE_JOURNAL;
    int folder = count == 2 ? open(arguments[1], O_RDONLY | O_DIRECTORY) : -1;

    if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &how) != 0) {
        perror("cut_power");
        return 1;
    }
    return 0;
}
